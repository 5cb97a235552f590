extension CodeExplanation {
  static let numbers: [CodeExplanation] = [
    .init(
      "not-finite-data",
      "The data holds NaN or an infinite number. One of them in a sample makes everything that is computed from it NaN.",
      wrong: "an .npy file in which gaps are NaN", right: "the array without these samples, or with the gaps filled"),
    .init(
      "number-too-large", "The number has no place in the precision that the net computes with.",
      wrong: "1e39 in a column of a net in single precision", right: #"<model precision="double">, or smaller numbers"#),
    .init(
      "target-out-of-range",
      "A loss judges by targets of a certain kind, such as probabilities from 0 to 1, and a target is no such number.",
      wrong: "answers 1 and 2, read as numbers, for <binaryCrossEntropy/>",
      right: #"<csv role="train" path="a.csv" task="classes"/>, or answers 0 and 1"#),
    .init(
      "unknown-metric",
      "A stopping rule can only watch what the net is measured by: nets that tell classes apart have an accuracy, nets "
        + "that predict numbers rmse and r2; all have a loss.",
      wrong: #"<earlyStopping metric="rmse"/> for a net with <softmaxCrossEntropy/>"#,
      right: #"<earlyStopping metric="accuracy"/>"#),
    .init(
      "unknown-head", "A net with several losses is measured at each of them, by the loss's name.",
      wrong: #"<earlyStopping metric="accuracy" head="kind"/> for a net with <softmaxCrossEntropy name="type"/>"#,
      right: #"<earlyStopping metric="accuracy" head="type"/>"#),
    .init(
      "batch-too-small",
      "A layer such as <batchNorm> learns mean and variance from each batch, and a single number has no variance.",
      wrong: #"<training batch="1"> with <batchNorm/>"#, right: #"<training batch="32">"#),
    .init(
      "small-last-batch",
      "A warning: the last batch of each epoch is too small for a layer such as <batchNorm> to learn mean and variance "
        + "from.",
      wrong: "33 samples in batches of 32", right: "33 samples in batches of 33 or 17"),
    .init(
      "no-best-epoch",
      "The metric that decides which epoch is the best was NaN, infinite or undefined after every one of them.",
      wrong: #"<earlyStopping metric="r2"/> on targets that are all the same"#,
      right: #"<earlyStopping metric="rmse"/>"#),
    .init(
      "duplicate-array", "Arrays in a file have names that differ.", wrong: "two arrays 'fc1.weight'",
      right: "arrays 'fc1.weight' and 'fc2.weight'"),
  ]
}
