/// What a plug-in in Swift is compiled against: a hash of the sources of NNText, NNKernelsCommon, NNKernels, NNCore.
/// tools/interface writes this file.
package let swiftInterface = "6eb7cd9dac6c5bea"

/// The symbol that plug-ins refer to. One that was built for other sources does not find it.
@c(nnrun_interface_6eb7cd9dac6c5bea) public func nnrunInterface() {}
