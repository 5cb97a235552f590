/// What a plug-in in Swift is compiled against: a hash of the sources of NNText, NNKernelsCommon, NNKernels, NNCore.
/// tools/interface writes this file.
package let swiftInterface = "ba7c57e9db7d899e"

/// The symbol that plug-ins refer to. One that was built for other sources does not find it.
@c(nnrun_interface_ba7c57e9db7d899e) public func nnrunInterface() {}
