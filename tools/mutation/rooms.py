"""The rooms of the product, where their sources are, and the tests that ought to notice a change of their meaning."""

# Room: (folders, filter of swift test). The kernels' tests compare every level with the reference; see tree.py.
ROOMS = {
    "NNKernelsBaseline": (["Sources/NNKernelsBaseline"], "NNKernelsTests"),
    "NNKernelsCommon": (["Sources/NNKernelsCommon"], "NNKernelsTests|PluginTests"),
    "NNKernels": (["Sources/NNKernels"], "NNKernelsTests|PluginTests"),
    "NNText": (["Sources/NNText"], "NNTextTests|CommandTests"),
    "NNCore": (["Sources/NNCore"], "NNCoreTests|NNModelTests|LanguageTests|PluginTests|NNTrainingTests|CommandTests"),
    "NNFiles": (["Sources/NNFiles"], "NNFilesTests|NNWeightsTests|CommandTests"),
    "NNImages": (["Sources/NNImages"], "NNDataTests"),
    "NNModel": (["Sources/NNModel"], "NNModelTests|LanguageTests|CommandTests"),
    "NNWeights": (["Sources/NNWeights"], "NNWeightsTests|NNInferenceTests|CommandTests"),
    "NNData": (["Sources/NNData"], "NNDataTests|NNTrainingTests|CommandTests"),
    "NNTraining": (["Sources/NNTraining"], "NNTrainingTests|PluginTests|CommandTests"),
    "NNInference": (["Sources/NNInference"], "NNInferenceTests|PluginTests|CommandTests"),
    "NNManual": (["Sources/NNManual"], "LanguageTests|CommandTests"),
    "NNExplain": (["Sources/NNExplain"], "NNExplainTests|CommandTests"),
    "NNDrawing": (["Sources/NNDrawing"], "NNExplainTests|CommandTests"),
    "NNCommandLine": (["Sources/NNCommandLine"], "NNCommandLineTests|CommandTests"),
    "NNRunCommands": (["Sources/NNRunCommands"], "CommandTests"),
    "Plugins": (["Plugins"], "PluginTests|NNInferenceTests|NNTrainingTests|NNExplainTests"),
}
