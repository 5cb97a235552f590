/// What a plug-in in Swift with elements of training is compiled against beside the core: a hash of the sources of the modules
/// from NNFormulas to NNTraining. tools/interface writes this file.
package let trainingInterface = "f1d48e09caa9a917"

/// The symbol that such plug-ins refer to. A program without training does not have it.
@c(nnrun_training_interface_f1d48e09caa9a917) public func nnrunTrainingInterface() {}
