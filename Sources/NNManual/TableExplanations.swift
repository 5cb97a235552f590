extension CodeExplanation {
  static let tables: [CodeExplanation] = [
    CodeExplanation(
      "missing-columns",
      "<columns> says what the columns of a table are, and an input with shape=\"columns\" reads what it makes of them: one "
        + "does not go without the other.",
      wrong: """
        <model xmlns="urn:nnrun:model:1"><network><input name="x" shape="columns"/><dense units="2"/></network></model>
        """,
      right: """
        <model xmlns="urn:nnrun:model:1"><columns><number name="age"/></columns>
        <network><input name="x" shape="columns"/><dense units="2"/></network></model>
        """),
    CodeExplanation(
      "exclusive-sections",
      "The scale of each column says how its numbers are brought to size. Steps of <preprocess> would change them, and the "
        + "ones and zeros of categories, once more.",
      wrong: """
        <model xmlns="urn:nnrun:model:1"><columns><number name="age"/></columns><preprocess><standardize/></preprocess>
        <network><input name="x" shape="columns"/><dense units="2"/></network></model>
        """,
      right: """
        <model xmlns="urn:nnrun:model:1"><columns><number name="age" scale="standard"/></columns>
        <network><input name="x" shape="columns"/><dense units="2"/></network></model>
        """),
    CodeExplanation(
      "unread-columns",
      "How many numbers an input with shape=\"columns\" has is known when the table has been read: each value of a category "
        + "has one of its own. Without the table, shapes cannot be checked.",
      wrong: "nnrun check model.xml, where the table that its <csv> names is missing",
      right: "nnrun check model.xml, where the table is"),
    CodeExplanation(
      "undeclared-column",
      "A model with <columns> says of every column what it is, so that a column that comes to a table later is noticed "
        + "before anything is learned from it.",
      wrong: #"<columns><number name="age"/></columns>, with a table of age, name and answer"#,
      right: #"<columns><number name="age"/><ignore name="name"/></columns>"#),
    CodeExplanation(
      "empty-column", "A column without any value in the training part says nothing that could be learned.",
      wrong: #"<number name="remark"/>, where remark is empty in every row"#, right: #"<ignore name="remark"/>"#),
    CodeExplanation(
      "empty-field",
      "A field has no value, and its column has no rule for gaps: training has met none, or was told that there are none.",
      wrong: #"<number name="age"/>, and a row with nothing in age"#, right: #"<number name="age" missing="median"/>"#),
    CodeExplanation(
      "unknown-value",
      "A category with unseen=\"error\" takes the values that training has met and no others.",
      wrong: #"<category name="sex" unseen="error"/>, trained on female and male, and a row with femal"#,
      right: "the same row with female"),
    CodeExplanation(
      "unknown-input", "The input of a column is the name of an <input> with shape=\"columns\".",
      wrong: #"<category name="cabin" input="cabins"/> with <input name="cabin" shape="columns"/>"#,
      right: #"<category name="cabin" input="cabin"/> with <input name="cabin" shape="columns"/>"#),
    CodeExplanation(
      "mixed-input",
      "Categories that name an input are indices in it, from 1; numbers beside them would be taken for indices too.",
      wrong: #"<category name="cabin" input="x"/><number name="age" input="x"/>"#,
      right: #"<category name="cabin" input="cabin"/><number name="age"/>"#),
    CodeExplanation(
      "cut-texts",
      "A text has more tokens than the length of its <text>; those at its end are left out. If what matters stands there, the "
        + "length should be larger, at the price of memory for every sample.",
      wrong: #"<text name="review" length="4"/>, and a review of twenty words"#,
      right: #"<text name="review" length="40"/>"#),
    CodeExplanation(
      "bad-vocabulary",
      "The vocabulary of a WordPiece tokenizer is a text in UTF-8 with a token on each line, every token once, [UNK], [CLS] and "
        + "[SEP] among them. The line is the token's entry, so nothing may be left out.",
      wrong: #"<text name="t" tokens="wordPiece" vocabulary="words.txt" length="40"/> with a list of words"#,
      right: #"<text name="t" tokens="wordPiece" vocabulary="vocab.txt" length="40"/> with BERT's vocab.txt"#),
    CodeExplanation(
      "no-table", "<columns> tells what the columns of a table of text are; other sources have none.",
      wrong: #"<data><npz role="train" path="a.npz"/></data><columns><number name="x"/></columns>"#,
      right: #"<data><csv role="train" path="a.csv"/></data><columns><number name="x"/></columns>"#),
    CodeExplanation(
      "other-columns", "A run that goes on needs the columns that it began with, in the order of <columns>.",
      wrong: "--resume with a table that has another column", right: "--resume with the table of the run"),
    CodeExplanation(
      "bad-label", "The label is a number, or a class, which <category> and <boolean> stand for.",
      wrong: #"<csv path="a.csv" label="born"/> with <date name="born"/>"#,
      right: #"<csv path="a.csv" label="price"/> with <number name="price"/>"#),
    CodeExplanation(
      "not-a-column", "An element of a plug-in that is registered for <columns> says nothing of a column.",
      wrong: "a plug-in that registers a layer as a column", right: "number, category, boolean, date, text or ignore"),
    CodeExplanation(
      "row-numbers",
      "A column counts the rows. What is learned from it says nothing of rows that come later, whose numbers are others.",
      wrong: #"<number name="row"/>"#, right: #"<ignore keep="row"/>"#),
    CodeExplanation(
      "constant-column", "A column that is the same in every row tells no row from another.",
      wrong: #"<category name="country"/>, where every row says France"#, right: #"<ignore name="country"/>"#),
    CodeExplanation(
      "text-column",
      "Nearly every row has a text of its own in the column, such as a name: nothing that is learned of one row holds for "
        + "another.",
      wrong: #"<category name="name"/>"#, right: #"<ignore name="name"/>"#),
    CodeExplanation(
      "answer-among-inputs",
      "Each value of the column stands beside one answer alone. Often such a column is filled in when the answer is known, "
        + "and a net that reads it is good on the table and useless later.",
      wrong: #"<category name="cause_of_death"/>, where the answer is whether a patient has died"#,
      right: #"<ignore name="cause_of_death"/>"#),
    CodeExplanation(
      "unequal-classes",
      "Nearly all rows are of one class. A net that always answers with it has a high accuracy and has learned nothing.",
      wrong: "--require accuracy=0.95, where 96 % of the rows are of one class",
      right: "--require balancedAccuracy=0.8"),
    CodeExplanation(
      "other-model",
      "The mean of several predictions is taken over folds of one training: they predict the same, for the same rows.",
      wrong: "nnrun predict FOLDER, where fold2 was trained with other classes",
      right: "the folder of one nnrun train --folds"),
    CodeExplanation(
      "bad-weights", "A sample's weight is a number of at least 0, and not all of them are 0.",
      wrong: "-1 in the column w of <csv weight=\"w\">", right: "0 for a sample that is not to count"),
    CodeExplanation(
      "label-is-weight", "A column holds the right answers or the weights of the samples, not both.",
      wrong: #"<csv path="a.csv" label="price" weight="price"/>"#,
      right: #"<csv path="a.csv" label="price" weight="area"/>"#),
    CodeExplanation(
      "no-classes", "Weights of classes can be balanced where the right answers are classes.",
      wrong: #"<softmaxCrossEntropy classWeights="balanced"/> for distributions"#,
      right: "<softmaxCrossEntropy/>"),
    CodeExplanation(
      "field-too-long", "A field of a table has at most 2^26 bytes.",
      wrong: "a quote that is closed a hundred megabytes later", right: "a quote on each side of a text"),
    CodeExplanation(
      "too-many-columns", "A row of a table has at most 2^22 fields.", wrong: "all numbers of a table on one line",
      right: "a row on each line"),
    CodeExplanation(
      "row-too-long",
      "A row of a table that arrives through a pipe, or that is streamed, is held in memory until its end.",
      wrong: "a quote that is never closed", right: "a row on each line"),
    CodeExplanation(
      "unused-file",
      "Files of lengths or right answers belong to files that hold one array. A table, an archive or time series hold theirs.",
      wrong: "nnrun predict weights.safetensors test.ts --lengths n.npy",
      right: "nnrun predict weights.safetensors test.ts"),
    CodeExplanation(
      "many-classes", "Nearly every row has an answer of its own, so the column is hardly what is to be learned.",
      wrong: "nnrun train passengers.csv --label name", right: "nnrun train passengers.csv --label survived"),
  ]
}
