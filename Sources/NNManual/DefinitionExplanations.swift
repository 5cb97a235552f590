extension CodeExplanation {
  static let definitions: [CodeExplanation] = [
    .init(
      "bad-define",
      "What <define> says of its inputs, parameters or attributes cannot be. Names consist of letters, digits and _, are "
        + "given once and are read by the formula; parameters have a first value.",
      .file, wrong: definition(#"parameters="beta">x * sigmoid(beta * x)"#),
      right: definition(#"parameters="beta=1">x * sigmoid(beta * x)"#)),
    .init(
      "bad-formula",
      "The formula of a <define> cannot be read, or reads what is not named; the caret shows where. It consists of numbers, "
        + "names, + - * / ^, parentheses and functions.",
      .file, wrong: definition(">x ^ "), right: definition(">x ^ 3")),
    .init(
      "unwritable-layer",
      "A net that was built in code is written by the attributes that make each layer. They are found from the layer's members "
        + "and have to make the very same value; a layer that holds something else cannot be written.",
      wrong: "try definition.add(MyLayer(table: table))",
      right: "try definition.add(MyLayer(attributes: Attributes([\"size\": .integer(3)], for: MyLayer.schema)))"),
    .init(
      "unused-define", "A warning: the layer is defined, but neither the net nor a block that it uses has one.", .file,
      wrong: definition(">x ^ 3", layer: "relu"), right: definition(">x ^ 3")),
  ]

  private static func definition(_ rest: String, layer: String = "own") -> String {
    "<model xmlns=\"urn:nnrun:model:1\">\n<define name=\"own\" inputs=\"x\" \(rest)</define>\n"
      + "<network><input shape=\"4\"/><\(layer)/></network></model>"
  }
}
