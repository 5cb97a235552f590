/// What a plug-in in Swift with elements of training is compiled against beside the core: a hash of the sources of the modules
/// from NNFormulas to NNTraining. tools/interface writes this file.
package let trainingInterface = "ad4211b290856e9c"

/// The symbol that such plug-ins refer to. A program without training does not have it.
@c(nnrun_training_interface_ad4211b290856e9c) public func nnrunTrainingInterface() {}
