import NNCore

/// Makes the layers of this family known.
public func registerArithmeticLayers(into registry: inout Registry) {
  registry.register(Add.self)
  registry.register(Subtract.self)
  registry.register(Multiply.self)
  registry.register(Divide.self)
  registry.register(Maximum.self)
  registry.register(Minimum.self)
  registry.register(Power.self)
  registry.register(Negate.self)
  registry.register(AddConstant.self)
  registry.register(MultiplyConstant.self)
  registry.register(Square.self)
  registry.register(SquareRoot.self)
  registry.register(Absolute.self)
  registry.register(Reciprocal.self)
  registry.register(Exponential.self)
  registry.register(Logarithm.self)
  registry.register(Sine.self)
  registry.register(Cosine.self)
  registry.register(Sum.self)
  registry.register(Mean.self)
  registry.register(Dot.self)
  registry.register(MatrixMultiply.self)
  registry.register(Constant.self)
  registry.register(Parameter.self)
}
