import NNCore

/// Makes the layers of this family known.
public func registerArithmeticLayers(into registry: inout Registry) throws(RegistrationError) {
  try registry.register(Add.self)
  try registry.register(Subtract.self)
  try registry.register(Multiply.self)
  try registry.register(Divide.self)
  try registry.register(Maximum.self)
  try registry.register(Minimum.self)
  try registry.register(Power.self)
  try registry.register(Negate.self)
  try registry.register(AddConstant.self)
  try registry.register(MultiplyConstant.self)
  try registry.register(Square.self)
  try registry.register(SquareRoot.self)
  try registry.register(Absolute.self)
  try registry.register(Reciprocal.self)
  try registry.register(Exponential.self)
  try registry.register(Logarithm.self)
  try registry.register(Sine.self)
  try registry.register(Cosine.self)
  try registry.register(Sum.self)
  try registry.register(Mean.self)
  try registry.register(Dot.self)
  try registry.register(MatrixMultiply.self)
  try registry.register(Constant.self)
  try registry.register(Parameter.self)
}
