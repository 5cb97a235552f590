/// What a plug-in in Swift with elements of training is compiled against beside the core: a hash of the sources of the modules
/// from NNFormulas to NNTraining. tools/interface writes this file.
package let trainingInterface = "7168333ec257d12c"

/// The symbol that such plug-ins refer to. A program without training does not have it.
@c(nnrun_training_interface_7168333ec257d12c) public func nnrunTrainingInterface() {}
