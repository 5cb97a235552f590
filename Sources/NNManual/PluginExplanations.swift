extension CodeExplanation {
  static let plugins: [CodeExplanation] = [
    .init(
      "plugin",
      "A plug-in is a shared library for this machine that has the function nnrun_plugin and describes its layers as "
        + "include/nnrun_layer.h says. What it says is checked before any of it is used.",
      wrong: "nnrun check model.xml --plugin notes.txt", right: "nnrun check model.xml --plugin acme/libacme.so"),
    .init(
      "plugin-missing",
      "Weights remember the libraries that their layers came from, and cannot predict without them. Give the library with "
        + "--plugin FILE, or name it in NNRUN_PLUGINS.",
      wrong: "nnrun predict weights.safetensors rows.csv",
      right: "nnrun predict weights.safetensors rows.csv --plugin acme/libacme.so"),
    .init(
      "plugin-not-loaded",
      "An element's namespace says who made it, and nothing of that maker is known. Load the library with --plugin FILE, or "
        + "name it in NNRUN_PLUGINS.",
      .file,
      wrong:
        "<model xmlns=\"urn:nnrun:model:1\" xmlns:p=\"urn:else\"><network><input name=\"x\" shape=\"3\"/><p:swish/></network></model>",
      right: "<model xmlns=\"urn:nnrun:model:1\"><network><input name=\"x\" shape=\"3\"/><silu/></network></model>"),
    .init(
      "plugin-other",
      "Weights remember the name, the version and a checksum of the library that their layers came from. Another library "
        + "may compute something else under the same names. If it does not, 'nnrun weights adopt MODEL.xml WEIGHTS' makes weights for it.",
      wrong: "nnrun predict weights.safetensors rows.csv --plugin newer/libacme.so",
      right: "nnrun predict weights.safetensors rows.csv --plugin acme/libacme.so"),
    .init(
      "plugin-refused",
      "A model may name the library that its layers come from, but loading a library runs its code with your rights. Whoever "
        + "runs the model allows it: for this command with --allow-plugins, for all below a folder with NNRUN_ALLOW_PLUGINS, or "
        + "by naming the library with --plugin.",
      wrong: "nnrun train model.xml", right: "nnrun train model.xml --allow-plugins"),
    .init(
      "plugin-symbol",
      "The library calls a function that neither it, nor a library it is linked with, nor nnrun has.",
      wrong: "cc -shared -fPIC acme.c -o libacme.so", right: "cc -shared -fPIC acme.c -o libacme.so -lm"),
    .init(
      "plugin-interface",
      "A plug-in in Swift works with the very nnrun that it was built for, since layouts of types are compiled in. One in "
        + "C works with all later versions.",
      wrong: "nnrun train model.xml --plugin old/libacme.so",
      right: "nnrun plugin build acme && nnrun train model.xml --plugin acme/libacme.so"),
    .init(
      "plugin-training",
      "The library brings optimizers, data sources or other elements of training, and nninfer has nothing of training. Weights "
        + "do not need them; layers and losses for predicting belong into a library of their own.",
      wrong: "nninfer weights.safetensors rows.csv --plugin training/libtraining.so",
      right: "nninfer weights.safetensors rows.csv --plugin layers/liblayers.so"),
    .init(
      "plugin-layer", "A layer of a plug-in refuses its attributes or its inputs, and says why.",
      wrong: "<acme:mixture weight=\"2\"/>", right: "<acme:mixture weight=\"0.5\"/>"),
    .init(
      "plugin-plan",
      "A layer of a plug-in answered something that is no plan: a count beyond the room for it, a shape that is none, a "
        + "name that XML cannot have. It is a mistake of the plug-in's author.",
      wrong: "plan->output_count = 17;", right: "plan->output_count = 1;"),
    .init(
      "plugin-facts", "A layer of a plug-in states a fact by a number that include/nnrun_layer.h does not have.",
      wrong: "facts->activation = 99;", right: "facts->activation = NNRUN_RELU;"),
    .init(
      "plugin-sources", "A plug-in is built of the sources in its folder: all of them in C and C++, or all in Swift.",
      wrong: "nnrun plugin build empty", right: "nnrun plugin new acme && nnrun plugin build acme"),
    .init(
      "plugin-build", "The compiler found errors in the plug-in's sources and printed them.",
      wrong: "int32_t plan(", right: "nnrun plugin build acme, when what the compiler says is mended"),
    .init(
      "plugin-sdk",
      "A plug-in in Swift is compiled against the modules that the build of nnrun left beside the program. A program "
        + "elsewhere needs the folder that 'nnrun plugin sdk' writes.",
      wrong: "/usr/local/bin/nnrun plugin build acme", right: "nnrun plugin build acme --sdk nnrun-sdk"),
    .init(
      "missing-program", "A compiler is needed to build a plug-in: cc, c++ or swiftc, or what CC, CXX or SWIFTC name.",
      wrong: "CC=nothing nnrun plugin build acme", right: "CC=clang nnrun plugin build acme"),
    .init(
      "no-double-precision",
      "A plug-in in C may leave out the passes in double precision. Its layers then train and predict in single "
        + "precision, but cannot be part of a model with precision=\"double\", of a gradient check or of an explanation, "
        + "which compute in double precision.",
      wrong: ".forward_double = NULL", right: ".forward_double = forward_double, .backward_double = backward_double"),
  ]
}
