/// What a plug-in in Swift is compiled against: a hash of the sources of NNText, NNKernelsCommon, NNKernels, NNCore.
/// tools/interface writes this file.
package let swiftInterface = "8526567012601c53"

/// The symbol that plug-ins refer to. One that was built for other sources does not find it.
@c(nnrun_interface_8526567012601c53) public func nnrunInterface() {}
