/// What a plug-in in Swift is compiled against: a hash of the sources of NNText, NNKernelsCommon, NNKernels, NNCore.
/// tools/interface writes this file.
package let swiftInterface = "8c7fae7fcf0f61af"

/// The symbol that plug-ins refer to. One that was built for other sources does not find it.
@c(nnrun_interface_8c7fae7fcf0f61af) public func nnrunInterface() {}
