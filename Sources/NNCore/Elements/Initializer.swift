import NNKernels

/// How a parameter gets its first values. Fans are the numbers of inputs and outputs that one weight connects.
public enum Initializer: Sendable, Hashable {
  /// Normal with deviation gain sqrt(2 / fanIn): He et al. 2015.
  case he(gain: Double)
  /// Uniform within gain sqrt(6 / (fanIn + fanOut)): Glorot and Bengio 2010.
  case xavier(gain: Double)
  /// Normal with deviation gain sqrt(1 / fanIn): LeCun et al. 1998.
  case lecun(gain: Double)
  /// Normal with the given deviation.
  case normal(deviation: Double)
  /// Uniform in [-limit, limit).
  case uniform(limit: Double)
  /// Rows (or columns, whichever are fewer) orthonormal, times gain: Saxe et al. 2014.
  case orthogonal(gain: Double)
  /// Every element the same.
  case constant(Double)

  /// One row of zeros, by index; the others as said.
  indirect case zeroRow(Int, others: Initializer)

  /// All zeros.
  public static let zeros = Initializer.constant(0)

  /// The attributes `init` and `initScale` for the declaration of a layer with weights.
  public static func attributes(default name: String = "he") -> [AttributeSchema] {
    [
      .optional(
        "init", .choice(["he", "xavier", "lecun", "normal", "uniform", "orthogonal", "zeros", "ones", "constant"]),
        default: .text(name), "How the weights are drawn before training."),
      .optional(
        "initScale", .number(.any),
        "Deviation of normal (0.01 unless given), limit of uniform (0.05), value of constant (0), factor on the others (1)."
      ),
    ]
  }

  /// The initializer that the attributes `init` and `initScale` describe.
  public init(_ attributes: Attributes) {
    let scale = attributes.has("initScale") ? attributes.number("initScale") : nil
    switch attributes.text("init") {
    case "xavier": self = .xavier(gain: scale ?? 1)
    case "lecun": self = .lecun(gain: scale ?? 1)
    case "normal": self = .normal(deviation: scale ?? 0.01)
    case "uniform": self = .uniform(limit: scale ?? 0.05)
    case "orthogonal": self = .orthogonal(gain: scale ?? 1)
    case "zeros": self = .zeros
    case "ones": self = .constant(scale ?? 1)
    case "constant": self = .constant(scale ?? 0)
    default: self = .he(gain: scale ?? 1)
    }
  }

  /// Writes initial values. They depend on the stream alone and are drawn in double precision, so that nets of both
  /// precisions start from the same numbers.
  ///
  /// - Parameters:
  ///   - values: the parameter's elements.
  ///   - rows: its first dimension, for `orthogonal`.
  ///   - fanIn: inputs that one output element sums over.
  ///   - fanOut: outputs that one input element reaches.
  ///   - random: the parameter's own stream.
  public func fill<S: Scalar>(_ values: Buffer<S>, rows: Int, fanIn: Int, fanOut: Int, random: RandomStream) {
    let (fanIn, fanOut) = (Double(max(1, fanIn)), Double(max(1, fanOut)))
    switch self {
    case .he(let gain): Self.fillNormal(values, gain * (2 / fanIn).squareRoot(), random)
    case .lecun(let gain): Self.fillNormal(values, gain * (1 / fanIn).squareRoot(), random)
    case .normal(let deviation): Self.fillNormal(values, deviation, random)
    case .xavier(let gain): Self.fillUniform(values, gain * (6 / (fanIn + fanOut)).squareRoot(), random)
    case .uniform(let limit): Self.fillUniform(values, limit, random)
    case .constant(let value): values.fill(S(value))
    case .zeroRow(let row, let others):
      others.fill(values, rows: rows, fanIn: Int(fanIn), fanOut: Int(fanOut), random: random)
      let columns = values.count / max(1, rows)
      values.slice(from: row * columns, count: columns).fill(0)
    case .orthogonal(let gain): Self.fillOrthogonal(values, rows: rows, gain: gain, random)
    }
  }

  private static func fillNormal<S: Scalar>(_ values: Buffer<S>, _ deviation: Double, _ random: RandomStream) {
    for i in 0..<values.count { values[i] = S(deviation * random.normal(UInt64(i))) }
  }

  private static func fillUniform<S: Scalar>(_ values: Buffer<S>, _ limit: Double, _ random: RandomStream) {
    for i in 0..<values.count { values[i] = S(limit * (2 * random.uniform(UInt64(i)) - 1)) }
  }

  /// Modified Gram-Schmidt on normal vectors, the shorter side's vectors being made orthonormal.
  private static func fillOrthogonal<S: Scalar>(
    _ values: Buffer<S>, rows: Int, gain: Double, _ random: RandomStream
  ) {
    let columns = values.count / max(1, rows)
    let vectors = min(rows, columns)
    let length = max(rows, columns)
    var basis = (0..<(vectors * length)).map { random.normal(UInt64($0)) }
    for v in 0..<vectors {
      // Twice is enough: the second pass removes what rounding left in the first.
      for _ in 0..<2 {
        for u in 0..<v {
          var dot = 0.0
          for i in 0..<length { dot += basis[v * length + i] * basis[u * length + i] }
          for i in 0..<length { basis[v * length + i] -= dot * basis[u * length + i] }
        }
      }
      var square = 0.0
      for i in 0..<length { square += basis[v * length + i] * basis[v * length + i] }
      let factor = gain / square.squareRoot()
      for i in 0..<length {
        let value = S(basis[v * length + i] * factor)
        if rows <= columns { values[v * columns + i] = value } else { values[i * columns + v] = value }
      }
      for i in 0..<length { basis[v * length + i] /= square.squareRoot() }
    }
  }
}
