extension CodeExplanation {
  static let limits: [CodeExplanation] = [
    .init(
      "not-enough-memory",
      "What the machine has free, within the limits that are set for the process, is less than what is needed; the "
        + "message says for what.", wrong: "a layer of 50,000 units that reads 40,000 numbers, on a laptop",
      right: "fewer units, or smaller batches"),
    .init(
      "header-too-long",
      "A file of weights begins with the names of its arrays, the model and its preprocessing. They have at most 100 MB, "
        + "so that the file can be read back.", wrong: "<standardize/> of samples with three million elements",
      right: #"<standardize per="all"/>"#),
    .init(
      "too-many-nodes", "Every number of a graph is explained, for at most 5,000 inputs and layers.",
      wrong: "a formula of 50,000 characters", right: "a part of it"),
    .init(
      "drawing-too-large",
      "A picture has at most 100,000 places. Each node takes one, and a wire takes one in every column that it passes.",
      wrong: "nnrun graph of a model with 60,000 layers and --svg", right: "--dot, for Graphviz"),
    .init(
      "left-out",
      "Only files whose names end with .png, .jpg or .jpeg are read as pictures; what else there is, is not.",
      wrong: "photos/cat/1.bmp", right: "photos/cat/1.png"),
    .init(
      "empty-class", "There is a folder for a class, or the model names one, but no picture is of it.",
      wrong: "an empty folder photos/train/bird", right: "photos/train/bird/1.png, or no such folder"),
  ]
}
