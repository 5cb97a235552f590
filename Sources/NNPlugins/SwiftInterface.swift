/// What a plug-in in Swift is compiled against: a hash of the sources of NNText, NNKernelsCommon, NNKernels, NNCore.
/// tools/interface writes this file.
package let swiftInterface = "5f35ba8c38e9066f"

/// The symbol that plug-ins refer to. One that was built for other sources does not find it.
@c(nnrun_interface_5f35ba8c38e9066f) public func nnrunInterface() {}
