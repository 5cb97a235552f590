/// What a plug-in in Swift is compiled against: a hash of the sources of NNText, NNKernelsCommon, NNKernels, NNCore.
/// tools/interface writes this file.
package let swiftInterface = "b2dab545c1f623df"

/// The symbol that plug-ins refer to. One that was built for other sources does not find it.
@c(nnrun_interface_b2dab545c1f623df) public func nnrunInterface() {}
