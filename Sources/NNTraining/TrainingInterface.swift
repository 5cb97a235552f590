/// What a plug-in in Swift with elements of training is compiled against beside the core: a hash of the sources of the modules
/// from NNFormulas to NNTraining. tools/interface writes this file.
package let trainingInterface = "b232329bb2d4f23f"

/// The symbol that such plug-ins refer to. A program without training does not have it.
@c(nnrun_training_interface_b232329bb2d4f23f) public func nnrunTrainingInterface() {}
