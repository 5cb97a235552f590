/// What a plug-in in Swift is compiled against: a hash of the sources of NNText, NNKernelsCommon, NNKernels, NNCore.
/// tools/interface writes this file.
package let swiftInterface = "90bd9d47ec4e50de"

/// The symbol that plug-ins refer to. One that was built for other sources does not find it.
@c(nnrun_interface_90bd9d47ec4e50de) public func nnrunInterface() {}
