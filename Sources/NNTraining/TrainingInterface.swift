/// What a plug-in in Swift with elements of training is compiled against beside the core: a hash of the sources of the modules
/// from NNFormulas to NNTraining. tools/interface writes this file.
package let trainingInterface = "b07f8acc96b3e054"

/// The symbol that such plug-ins refer to. A program without training does not have it.
@c(nnrun_training_interface_b07f8acc96b3e054) public func nnrunTrainingInterface() {}
