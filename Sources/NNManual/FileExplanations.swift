extension CodeExplanation {
  static let filesAndText: [CodeExplanation] = [
    .init(
      "not-well-formed",
      "The file is not XML: a tag is not closed, a quote is missing, '<' or '&' stands alone. Write "
        + "&lt; and &amp; for these two.", .file,
      wrong: "<model xmlns=\"urn:nnrun:model:1\"><network><input shape=\"4\"></network></model>",
      right: "<model xmlns=\"urn:nnrun:model:1\"><network><input shape=\"4\"/></network></model>"),
    .init(
      "duplicate-attribute", "An element has each attribute once.", .network,
      wrong: #"<dense units="3" units="4"/>"#, right: #"<dense units="3"/>"#),
    .init(
      "doctype", "A DOCTYPE can declare entities that grow without end and load other files, so no model has one.",
      .file, wrong: "<!DOCTYPE model>\n<model xmlns=\"urn:nnrun:model:1\"/>",
      right: "<model xmlns=\"urn:nnrun:model:1\"><network><input shape=\"4\"/></network></model>"),
    .init(
      "wrong-root", "A model file is one <model> element.", .file, wrong: "<net xmlns=\"urn:nnrun:model:1\"/>",
      right: "<model xmlns=\"urn:nnrun:model:1\"><network><input shape=\"4\"/></network></model>"),
    .init(
      "wrong-namespace", "The namespace says in which language the file is written.", .file, wrong: "<model/>",
      right: "<model xmlns=\"urn:nnrun:model:1\"><network><input shape=\"4\"/></network></model>"),
    .init("empty-file", "The file holds nothing.", wrong: "a file of 0 bytes", right: "a file with a <model>"),
    .init(
      "bad-encoding", "The bytes are not text in the encoding that the file is in; UTF-8 unless it says otherwise.",
      wrong: "a file in Latin-1 that does not say so", right: "<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>"),
    .init(
      "unknown-encoding", "The encoding that the file names is not known.",
      wrong: "<?xml version=\"1.0\" encoding=\"UTF-9\"?>", right: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"),
    .init(
      "bad-character", "XML has no character with the number 0.", wrong: "a file with a NUL byte",
      right: "the file without it"),
    .init(
      "file-too-large", "The file is larger than any model or table that can be meant, or it expands to more.",
      wrong: "a model file of 17 MiB", right: "a model that repeats itself with <repeat> and <block>"),
    .init(
      "cannot-stream",
      "With stream the samples stay in their file, so they must lie in it one after the other: in an array as bytes or as numbers of 32 or "
        + "64 bits, in a table as rows of numbers in UTF-8.", wrong: "<npy path=\"x.npy.gz\" stream=\"true\"/>",
      right: "<npy path=\"x.npy\" stream=\"true\"/>"),
    .init(
      "attribute-too-long", "An attribute's value has at most 65,536 bytes.", wrong: "a value of 100,000 bytes",
      right: "the numbers in a file of their own, read by a data source"),
    .init(
      "too-many-attributes", "An element has at most 64 attributes, a file at most 400,000.",
      wrong: "an element with 100 attributes", right: "the element with those that it knows"),
    .init(
      "too-many-elements", "A file, with its blocks and repetitions written out, has at most 120,000 elements.",
      .network,
      wrong: #"<repeat times="10000"><repeat times="10000"/></repeat>"#,
      right: #"<repeat times="3"><relu/></repeat>"#),
    .init(
      "too-large", "The net, written out, or the file of weights would take more memory than any that can be meant.",
      wrong: "a <repeat> of 10000 layers with long attributes each", right: "fewer or shorter ones"),
    .init(
      "too-many-namespaces", "A file declares at most 64 namespaces.", wrong: "65 attributes xmlns:…",
      right: "one for each plug-in, on <model>"),
    .init(
      "too-deep", "Elements stand at most 64 deep inside one another, and so do uses of blocks.",
      wrong: "100 <repeat> inside one another", right: "fewer of them"),
    .init(
      "include-outside",
      "A model reads only files of its own folder and of those below, so that one from elsewhere "
        + "cannot look around; links do not lead out either.", wrong: #"<include href="../secret.xml"/>"#,
      right: #"<include href="blocks/residual.xml"/>"#),
    .init(
      "include-loop", "A file cannot include itself, not even by way of others.",
      wrong: #"<include href="m.xml"/> in m.xml"#, right: #"<include href="blocks.xml"/> in m.xml"#),
    .init(
      "include-refused", "A model that comes with weights or from a program is complete in itself and reads no files.",
      wrong: "an <include> in a text that a program loads", right: "the block written there"),
    .init(
      "too-many-includes", "A model includes at most 100 files, and at most 16 inside one another.",
      wrong: "a chain of 20 files", right: "one file with the blocks"),
    .init(
      "missing-file", "There is no file at this path. Paths in a model are relative to the model file.",
      wrong: #"<csv path="dta/train.csv"/>"#, right: #"<csv path="data/train.csv"/>"#),
    .init(
      "no-data-file", "There is no file at the path that a data source names, relative to the model file.",
      wrong: #"<idx path="data/mnist/train-images.gz"/> before 'tools/get-data mnist'"#,
      right: "the same when the data is there"),
    .init(
      "not-a-file", "The path is that of a folder.", wrong: #"<csv path="data"/>"#,
      right: #"<csv path="data/train.csv"/>"#),
    .init(
      "unreadable-file", "The system does not let the program open the file.", wrong: "a file of another user",
      right: "chmod a+r train.csv"),
    .init(
      "read-failed", "Reading failed midway: a disk or a network has a fault.", wrong: "a disk that is broken",
      right: "a copy of the file elsewhere"),
    .init(
      "write-failed", "Writing failed, for instance because the disk is full. The old file is still there, whole.",
      wrong: "a full disk", right: "--output with a folder on another disk"),
    .init(
      "no-writer", "The path is that of a named pipe, and no program writes to it, nor began to within five seconds.",
      wrong: "mkfifo p; nnrun predict w.safetensors p", right: "producer | nnrun predict w.safetensors -"),
    .init(
      "cannot-create", "The file or folder cannot be made there.", wrong: "--output /nowhere/run",
      right: "--output runs/m"),
    .init(
      "file-exists", "The command makes something new and replaces no file unless told.",
      wrong: "nnrun init m.xml --output trained.safetensors", right: "nnrun init m.xml --output start.safetensors"),
  ]

  static let data: [CodeExplanation] = [
    .init(
      "ragged-row", "Every row of a table has as many cells as its first.", wrong: "1,2,3\n4,5", right: "1,2,3\n4,5,6"),
    .init(
      "unknown-column", "The table has no column of that name or number.", wrong: #"<csv path="a.csv" label="prize"/>"#,
      right: #"<csv path="a.csv" label="price"/>"#),
    .init(
      "duplicate-column", "Two columns of a table have the same name; the second may be a copy of the right answer.",
      wrong: "a,y,y", right: "a,b,y"),
    .init(
      "missing-column", "The table lacks a column that the training set has. Columns are found by their names.",
      wrong: "a table of a and c for a net that was trained on a and b", right: "a table of b and a"),
    .init(
      "missing-header", "The training set's columns have names, so those of every other table need them too.",
      wrong: "1,2", right: "a,b\n1,2"),
    .init(
      "unexpected-header", "The training set's columns have no names, so a first row with names does not belong there.",
      wrong: "a,b\n1,2", right: "1,2"),
    .init(
      "column-count", "The table has more or fewer columns than the training set, and no names to find them by.",
      wrong: "1,2,3,4", right: "1,2"),
    .init(
      "label-is-input", "The column that is called the right answer is one that the net reads.",
      wrong: "--label a", right: "--label y"),
    .init(
      "unclear-header",
      "A row with words and numbers is neither names of columns nor a sample, or the row may be both.",
      wrong: "a,2\n3,4", right: "a,b\n3,4"),
    .init(
      "unclear-separator", "Several characters may separate the fields of the table.", wrong: "a,b;c\nd,e;f",
      right: #"<csv path="a.csv" separator="comma"/>"#),
    .init(
      "wrong-separator", "The fields are separated by something else than those of the training set.",
      wrong: "1;2", right: "1,2"),
    .init(
      "trailing-separator", "A separator at the end of every row makes a last column without anything in it.",
      wrong: "1,2,\n3,4,", right: "1,2\n3,4"),
    .init(
      "mixed-decimals", "Some numbers have decimal commas, others decimal points.", wrong: "1,5;2.5", right: "1,5;2,5"),
    .init(
      "foreign-format", "The file is of a kind that is not read here.", wrong: "a workbook of a spreadsheet",
      right: "its sheet saved as csv"),
    .init(
      "several-labels", "Classes stand in one column; only numbers may stand in several.",
      wrong: #"<csv path="a.csv" label="a b"/>"#, right: #"<csv path="a.csv" label="a b" task="values"/>"#),
    .init(
      "too-many-classes", "A column with so many different words is hardly one of classes.",
      wrong: "a column of serial numbers as label", right: #"task="values", or another column"#),
    .init(
      "no-inputs", "If every column is a label, there is nothing to learn from.", wrong: #"label="all columns""#,
      right: #"label="last""#),
    .init("no-samples", "The file holds no samples.", wrong: "a table of a header alone", right: "a table with rows"),
    .init(
      "too-many-samples", "A data set has at most 2,147,483,647 samples.", wrong: "more of them", right: "fewer"),
    .init(
      "sample-count", "Inputs and labels are read in pairs, so there are as many of one as of the other.",
      wrong: "60000 images and 10000 labels", right: "60000 images and 60000 labels"),
    .init(
      "missing-labels", "Evaluation compares predictions with labels, and the file has none.",
      wrong: "nnrun evaluate W --data inputs.csv", right: "nnrun evaluate W --data inputs.csv --label last"),
    .init(
      "label-among-inputs",
      "The table has one column more than the net reads. Where the weights do not know the table's columns, somebody has "
        + "to say which of them is no input.",
      wrong: "nnrun predict W test.csv", right: "nnrun predict W test.csv --label last"),
    .init(
      "label-out-of-range", "Classes are numbered from 0; a label is negative or beyond the last class.",
      wrong: "labels 1 to 10 of ten classes", right: "labels 0 to 9"),
    .init(
      "bad-shape", "The array's sizes cannot be those of samples.", wrong: "an array of 9 dimensions",
      right: "samples first, then at most the dimensions of one sample"),
    .init(
      "wrong-size", "The file is shorter or longer than its header says; it is damaged, or a copy broke off.",
      wrong: "a download that broke off", right: "the whole file"),
    .init(
      "truncated", "The file ends within its header.", wrong: "a download that broke off", right: "the whole file"),
    .init(
      "not-idx", "The file is not in the IDX format.", wrong: #"<idx path="a.csv"/>"#, right: #"<csv path="a.csv"/>"#),
    .init(
      "not-zip", "An .npz file is a zip archive; this is none.", wrong: "a .npy file renamed to .npz",
      right: #"<npy path="a.npy"/>"#),
    .init("bad-zip", "The zip archive is damaged.", wrong: "a download that broke off", right: "the whole file"),
    .init(
      "zip-method", "Archives are read when their files are stored or deflated.", wrong: "zip with bzip2",
      right: "numpy.savez or numpy.savez_compressed"),
    .init("bad-gzip", "The .gz file is damaged.", wrong: "a download that broke off", right: "the whole file"),
    .init(
      "no-memory", "There is not enough memory to expand the file.", wrong: "a machine that is full",
      right: "fewer programs at once"),
    .init(
      "unsupported-type", "Arrays of this type hold no numbers that can be read.", wrong: "an array of Python objects",
      right: "array.astype(numpy.float32)"),
    .init(
      "unknown-array", "The file has no array of that name.", wrong: #"<npz path="a.npz" labels="z"/>"#,
      right: #"<npz path="a.npz" labels="y"/>"#),
  ]

  static let weights: [CodeExplanation] = [
    .init(
      "checksum",
      "The file is not as it was written: numbers, names, types or metadata have changed, or another program has written "
        + "it anew without the checksum. It may be damaged; a file that was changed on purpose is adopted.",
      wrong: "a file changed by another program",
      right: "a copy for which 'nnrun weights verify' ends with 0, or what 'nnrun weights adopt' makes of the file"),
    .init(
      "no-model", "The file holds weights but no model, so it is not enough to predict.",
      wrong: "nnrun predict torch.safetensors x.csv",
      right: "nnrun weights adopt m.xml torch.safetensors --output m.safetensors"),
    .init(
      "nothing-fits", "No array of the file of weights has a name and a shape that the net knows.",
      wrong: "weights whose names begin with 'module.' for nnrun train m.xml --weights",
      right: "nnrun weights adopt m.xml torch.safetensors, which takes the beginning away"),
    .init(
      "several-prefixes",
      "The file of weights holds all names of the net several times, each time behind another beginning.",
      wrong: "nnrun weights adopt m.xml averaged.safetensors",
      right: "nnrun weights adopt m.xml averaged.safetensors --prefix ema."),
    .init(
      "not-weights", "The file is the checkpoint of a training, which holds more than weights.",
      wrong: "nnrun weights adopt runs/m/checkpoint.safetensors",
      right: "nnrun weights adopt runs/m/weights.safetensors"),
    .init(
      "preprocessing-not-learned",
      "A step of the preprocessing is learned from the training set, and neither the set nor its numbers are at hand.",
      wrong: "<standardize/> without the training set", right: #"<standardize mean="0.5" deviation="0.25"/>"#),
    .init(
      "not-a-checkpoint",
      "The file holds weights but not the state of a training, or no checksum by which the state is known to be whole.",
      wrong: "weights.safetensors renamed to checkpoint.safetensors", right: "the checkpoint of the run"),
    .init(
      "missing-array", "The model needs an array that the file of weights does not hold.",
      wrong: "weights of another model", right: "weights that this model's training has written"),
    .init(
      "bad-record", "The record of the training in the weights cannot be read, or does not fit the model beside it.",
      wrong: "weights whose metadata were edited by hand", right: "weights as a training wrote them"),
    .init(
      "other-run",
      "A run goes on as it began: the same net, the same settings, the same data. Only its length may be another.",
      wrong: "nnrun train m.xml --resume runs/m --set training.batch=8, where the run began with 16",
      right: "nnrun train m.xml --resume runs/m --set training.epochs=50"),
    .init(
      "other-data",
      "A run is measured on its own samples. They are others now, because the model beside the weights or its data has "
        + "changed, and might hold samples that the run has learned from.",
      wrong: "nnrun evaluate runs/m, after fraction was changed in runs/m/model.xml",
      right: "nnrun evaluate runs/m --data new.csv"),
    .init(
      "no-free-input", "Every input of the net has a fixed value, so data has nowhere to go.",
      wrong: "nnrun predict of a graph whose inputs all have a value", right: "nnrun explain of that graph"),
  ]

  static let formulas: [CodeExplanation] = [
    .init(
      "bad-expression", "The formula cannot be read; the caret shows where.",
      wrong: "nnrun explain --expression '(x + y) * ' x=1 y=2",
      right: "nnrun explain --expression '(x + y) * 3' x=1 y=2"),
    .init(
      "unknown-name", "The formula has no variable of that name.", wrong: "nnrun explain --expression '2 * x' x=1 y=2",
      right: "nnrun explain --expression '2 * x' x=1"),
    .init(
      "missing-value", "Every variable needs a value to compute with.", wrong: "nnrun explain m.xml without --input",
      right: #"<input name="x" value="-2"/>"#),
    .init(
      "no-curve", "Only a function of one number has a curve to draw.", wrong: "nnrun layers dense --plot",
      right: "nnrun layers relu --plot"),
    .init(
      "no-arrays", "The Swift text that explains a graph computes with single numbers.",
      wrong: "nnrun explain m.xml --code swift of a net that reads rows", right: "nnrun explain m.xml --code python"),
    .init(
      "no-formula", "The layer does not say its formula as code.",
      wrong: "nnrun explain --code python of a net with softmax",
      right: "nnrun explain without --code"),
  ]
}
