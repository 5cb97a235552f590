/// An instruction-set level that kernels are compiled for.
public enum KernelLevel: String, Sendable, CaseIterable {
  /// The architecture's baseline instruction set.
  case baseline
  /// x86-64-v3: AVX2 and FMA.
  case v3
  /// x86-64-v4: AVX-512.
  case v4

  /// The name and its vector extensions.
  public var description: String {
    switch self {
    case .baseline:
      #if arch(x86_64)
        "x86-64 with SSE2"
      #elseif arch(arm64)
        "aarch64 with NEON"
      #else
        "portable"
      #endif
    case .v3: "x86-64-v3 with AVX2 and FMA"
    case .v4: "x86-64-v4 with AVX-512"
    }
  }
}
