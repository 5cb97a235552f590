/// What a plug-in in Swift is compiled against: a hash of the sources of NNText, NNKernelsCommon, NNKernels, NNCore.
/// tools/interface writes this file.
package let swiftInterface = "42597ddab845c13e"

/// The symbol that plug-ins refer to. One that was built for other sources does not find it.
@c(nnrun_interface_42597ddab845c13e) public func nnrunInterface() {}
