/// What a plug-in in Swift with elements of training is compiled against beside the core: a hash of the sources of the modules
/// from NNFormulas to NNTraining. tools/interface writes this file.
package let trainingInterface = "2feca344c5fa7e22"

/// The symbol that such plug-ins refer to. A program without training does not have it.
@c(nnrun_training_interface_2feca344c5fa7e22) public func nnrunTrainingInterface() {}
