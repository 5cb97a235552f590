/// What a plug-in in Swift is compiled against: a hash of the sources of NNText, NNKernelsCommon, NNKernels, NNCore.
/// tools/interface writes this file.
package let swiftInterface = "4505d8f880ad0d33"

/// The symbol that plug-ins refer to. One that was built for other sources does not find it.
@c(nnrun_interface_4505d8f880ad0d33) public func nnrunInterface() {}
