/// What a plug-in in Swift with elements of training is compiled against beside the core: a hash of the sources of the modules
/// from NNFormulas to NNTraining. tools/interface writes this file.
package let trainingInterface = "24df7d8ca13b5f46"

/// The symbol that such plug-ins refer to. A program without training does not have it.
@c(nnrun_training_interface_24df7d8ca13b5f46) public func nnrunTrainingInterface() {}
