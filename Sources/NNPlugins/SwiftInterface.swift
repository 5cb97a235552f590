/// What a plug-in in Swift is compiled against: a hash of the sources of NNText, NNKernelsCommon, NNKernels, NNCore.
/// tools/interface writes this file.
package let swiftInterface = "368ab3cf5aa3914a"

/// The symbol that plug-ins refer to. One that was built for other sources does not find it.
@c(nnrun_interface_368ab3cf5aa3914a) public func nnrunInterface() {}
