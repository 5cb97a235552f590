#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension Float: Scalar {
  public static var elementType: ElementType { .float32 }
  @inlinable public static func exp(_ x: Float) -> Float { expf(x) }
  @inlinable public static func log(_ x: Float) -> Float { logf(x) }
  @inlinable public static func log1p(_ x: Float) -> Float { log1pf(x) }
  @inlinable public static func expm1(_ x: Float) -> Float { expm1f(x) }
  @inlinable public static func tanh(_ x: Float) -> Float { tanhf(x) }
  @inlinable public static func erf(_ x: Float) -> Float { erff(x) }
  @inlinable public static func sin(_ x: Float) -> Float { sinf(x) }
  @inlinable public static func cos(_ x: Float) -> Float { cosf(x) }
  @inlinable public static func pow(_ x: Float, _ y: Float) -> Float { powf(x, y) }
}

extension Double: Scalar {
  public static var elementType: ElementType { .float64 }
  #if canImport(Glibc)
    @inlinable public static func exp(_ x: Double) -> Double { Glibc.exp(x) }
    @inlinable public static func log(_ x: Double) -> Double { Glibc.log(x) }
    @inlinable public static func log1p(_ x: Double) -> Double { Glibc.log1p(x) }
    @inlinable public static func expm1(_ x: Double) -> Double { Glibc.expm1(x) }
    @inlinable public static func tanh(_ x: Double) -> Double { Glibc.tanh(x) }
    @inlinable public static func erf(_ x: Double) -> Double { Glibc.erf(x) }
    @inlinable public static func sin(_ x: Double) -> Double { Glibc.sin(x) }
    @inlinable public static func cos(_ x: Double) -> Double { Glibc.cos(x) }
    @inlinable public static func pow(_ x: Double, _ y: Double) -> Double { Glibc.pow(x, y) }
  #elseif canImport(Darwin)
    @inlinable public static func exp(_ x: Double) -> Double { Darwin.exp(x) }
    @inlinable public static func log(_ x: Double) -> Double { Darwin.log(x) }
    @inlinable public static func log1p(_ x: Double) -> Double { Darwin.log1p(x) }
    @inlinable public static func expm1(_ x: Double) -> Double { Darwin.expm1(x) }
    @inlinable public static func tanh(_ x: Double) -> Double { Darwin.tanh(x) }
    @inlinable public static func erf(_ x: Double) -> Double { Darwin.erf(x) }
    @inlinable public static func sin(_ x: Double) -> Double { Darwin.sin(x) }
    @inlinable public static func cos(_ x: Double) -> Double { Darwin.cos(x) }
    @inlinable public static func pow(_ x: Double, _ y: Double) -> Double { Darwin.pow(x, y) }
  #endif
}
