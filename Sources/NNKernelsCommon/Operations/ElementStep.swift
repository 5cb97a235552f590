/// One step of an element program: an operation on blocks of elements, see `Scalar.run`.
///
/// Operands and target are slots: indices into a table of addresses. An operand is a block, or a single number that
/// stands for every element.
public struct ElementStep: Sendable, Hashable {
  /// What the step computes from its operands x, y and z.
  public enum Operation: UInt8, Sendable, CaseIterable {
    case copy, negate, absolute, square, squareRoot, reciprocal
    /// 1, 0 or -1; NaN for NaN.
    case sign
    case exp, expm1, log, log1p, sin, cos, tanh, sigmoid, erf
    /// log(1 + exp(x))
    case softplus
    /// x (1 - x), the derivative of the sigmoid whose value is x.
    case sigmoidSlope
    /// 1 - x^2, the derivative of the hyperbolic tangent whose value is x.
    case tanhSlope
    case add, subtract, multiply, divide, power
    /// The larger of x and y, x among equals; NaN if one of them is.
    case maximum
    /// The smaller of x and y, x among equals; NaN if one of them is.
    case minimum
    /// 1 where x > y, else 0.
    case isGreater
    /// 1 where x >= y, else 0.
    case isAtLeast
    /// x y + z
    case multiplyAdd
    /// Adds the sum of x to the sum of the target's number.
    case sum
    /// Adds the sum of x y to the sum of the target's number.
    case sumOfProducts

    /// How many operands the operation has.
    public var operandCount: Int {
      switch self {
      case .multiplyAdd: 3
      case .add, .subtract, .multiply, .divide, .power, .maximum, .minimum, .isGreater, .isAtLeast, .sumOfProducts: 2
      default: 1
      }
    }

    /// Whether the result is a sum, which goes to the sums instead of a slot.
    public var isSum: Bool { self == .sum || self == .sumOfProducts }
  }

  public let operation: Operation
  /// Bit i: operand i is a single number.
  public let singles: UInt8
  /// The slots of the operands; those beyond the operation's are the first one's.
  public let first: Int32
  public let second: Int32
  public let third: Int32
  /// The slot of the result, or the number of a sum.
  public let target: Int32

  /// A step. Each operand is a slot and whether it holds a single number; there are as many as the operation has.
  public init(_ operation: Operation, _ operands: [(slot: Int, isSingle: Bool)], target: Int) {
    self.operation = operation
    var singles: UInt8 = 0
    // Operands beyond the operation's are the first one's, a single number if that is: whoever loads all three reads nothing else.
    for index in 0..<3 where operands[operands.indices.contains(index) ? index : 0].isSingle {
      singles |= 1 << UInt8(index)
    }
    self.singles = singles
    func slot(_ index: Int) -> Int32 { Int32(clamping: operands[operands.indices.contains(index) ? index : 0].slot) }
    (first, second, third) = (slot(0), slot(1), slot(2))
    self.target = Int32(clamping: target)
  }

  /// Whether operand `index` is a single number.
  @inline(__always)
  public func isSingle(_ index: UInt8) -> Bool { singles & (1 << index) != 0 }

  /// The most elements of a block: with some ten blocks, what the nearest cache holds.
  public static let block = 512
}
