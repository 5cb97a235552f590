extension CodeExplanation {
  private static func net(_ layers: String) -> String {
    "<network><input name=\"s\" shape=\"6x3\" length=\"varying\"/>\n\(layers)</network>"
  }

  static let sequences: [CodeExplanation] = [
    .init(
      "length-refused",
      "With length=\"varying\" each sample has steps of its own number, and what lies beyond them is padding. A layer that "
        + "mixes steps, such as flatten, would take padding for data, and so does not read such samples. docs/SEQUENCES.md "
        + "says what each layer does with a length.", .experiment, wrong: net("<flatten/>"),
      right: net(#"<poolSequence take="mean"/>"#)),
    .init(
      "length-mismatch",
      "Steps that are put together must be the same steps: lengths come from one input with length=\"varying\", by layers "
        + "that change them alike. Data with lengths needs an input that says so.", .experiment,
      wrong: net(#"<input name="t" shape="6x3" length="varying"/><add from="s t"/>"#),
      right: net(#"<tanh name="t"/><add from="s t"/>"#)),
    .init(
      "length-axis",
      "Layers of sequences read steps x features, convolutions channels x steps; <transpose/> turns one into the other.",
      .experiment, wrong: net(#"<conv1d channels="2" kernel="3"/>"#),
      right: net(#"<transpose/><conv1d channels="2" kernel="3"/>"#)),
    .init(
      "length-out-of-range",
      "A sequence has at least one step, at most as many as the input's shape, and enough that every layer, such as a "
        + "convolution without padding, leaves one.", .experiment,
      wrong:
        #"<network><input shape="6x1" length="varying" value="1 2"/><transpose/><conv1d channels="2" kernel="3"/></network>"#,
      right:
        #"<network><input shape="6x1" length="varying" value="1 2 3"/><transpose/><conv1d channels="2" kernel="3"/></network>"#
    ),
    .init(
      "no-steps",
      "Step by step only that can be computed which needs no later step: attention, convolutions and what reads from the end "
        + "need the whole sequence, and a mean over steps is known when they are all there.",
      wrong: #"nninfer WEIGHTS - --stream with a net of <lstm direction="both"/>"#,
      right: #"nninfer WEIGHTS - --stream with a net of <lstm return="last"/>"#),
    .init(
      "bad-step",
      "With --stream each line is a step: all numbers of the net's inputs in their order, separated by commas or blanks, or a "
        + "single token where the input was made of a text. An empty line begins another sequence.",
      wrong: "a line with 11 numbers for a net that reads 12 at each step", right: "a line with 12 numbers"),
    .init(
      "index-input",
      "An input of kind=\"index\" holds numbers that stand for entries, such as words. Only <embedding> reads them; any other "
        + "layer would take them for quantities.", .experiment,
      wrong: #"<network><input shape="6" kind="index" entries="9"/><dense units="2"/></network>"#,
      right: #"<network><input shape="6" kind="index" entries="9"/><embedding size="2"/></network>"#),
    .init(
      "index-out-of-range", "Indices are whole numbers from 0 to the input's entries less 1.", .experiment,
      wrong: #"<network><input kind="index" entries="3" value="0 3"/><embedding size="2"/></network>"#,
      right: #"<network><input kind="index" entries="3" value="0 2"/><embedding size="2"/></network>"#),
    .init(
      "bad-mixture", "Sequences of different lengths, and indices, cannot be added up, which mixing samples does.",
      wrong: #"<augment><mixup/></augment> with <input length="varying" .../>"#, right: "no <mixup> for such inputs"),
    .init(
      "bad-windows",
      "<windows> cuts samples from the rows of a table, the steps of one series; without <columns> all of them are numbers. None of "
        + "them is a label: what is to be forecast is named in targets.",
      wrong: #"<csv path="co2.csv"><windows length="24"/></csv>"#,
      right: #"<csv path="co2.csv" label="none"><windows length="24" targets="co2"/></csv>"#),
    .init(
      "too-short", "A window needs as many rows as its length and horizon together.",
      wrong: #"length="24" for 20 rows"#,
      right: #"length="12" for 20 rows"#),
    .init(
      "varies-in-group",
      "The rows of a group are the steps of one sample, which has one right answer, one weight, and one place in a split. A "
        + "column that says something else in another row of the group does not tell which it is.",
      wrong: #"group="series" label="kind", and series 7 is 'up' in one row and 'down' in another"#,
      right: #"each="step", if every row has an answer of its own"#),
    .init(
      "same-step", "The order of two steps is unknown if both have the same number or date.",
      wrong: #"order="day", and two rows of one group with 2024-03-31"#,
      right: #"order="time" with the hour, or order="file""#),
    .init(
      "no-order", "Rows are put in order by numbers or by dates; the column holds something else in this row.",
      wrong: #"order="time", and a row whose time is 'later'"#, right: "a row whose time is 17"),
    .init(
      "column-of-two-uses",
      "A column that tells groups apart, or puts rows in order, is no right answer and no weight, and not both of the two.",
      wrong: #"<csv path="steps.csv" label="kind" group="kind"/>"#,
      right: #"<csv path="steps.csv" label="kind" group="series"/>"#),
    .init(
      "text-in-step", "A text becomes a sequence of tokens; the step of a sequence is a row of numbers, or one index.",
      wrong: #"<csv group="series" …/> with <text name="word" length="8"/>"#,
      right: #"<category name="word" input="x"/>"#),
    .init(
      "bad-series",
      "A .ts file has a header of lines that begin with @, then @data, then a line for each case: dimensions separated by "
        + "colons, numbers by commas, the label last. All dimensions of a case have the same number of numbers, at least one.",
      wrong: "1,2,3:4,5:a", right: "1,2,3:4,5,6:a"),
  ]
}
