/// The sources of the plug-in in Swift that `nnrun plugin new` writes.
enum SwiftPluginSource {
  static let plugin = """
    import NNCore

    /// The library: who it is, and what it brings. nnrun looks for a type of this name.
    enum NNRunPlugin: Plugin {
      static let name = "NAME"
      static let version = "0.1.0"
      static let namespace = "urn:NAME:layers"

      static func register(into registry: inout Registry) throws {
        try registry.register(Swishish.self)
      }
    }

    """

  static let layer = """
    import NNCore
    import NNKernels

    /// y = x sigmoid(beta x). Ramachandran, Zoph and Le 2017.
    struct Swishish: DeclaredLayer {
      static let schema = ElementSchema(
        .layer, "swishish", namespace: "urn:NAME:layers", summary: "The input times a sigmoid of it.",
        formula: "y = x sigmoid(beta x)", reference: "Ramachandran, Zoph and Le 2017",
        example: "<p:swishish beta=\\"1.5\\"/>",
        attributes: [.optional("beta", .number(.any), default: .number(1), "How steep the gate is.")])

      let beta: Double

      init(attributes: Attributes) throws { beta = attributes.number("beta") }

      func plan(_ inputs: [Shape]) throws -> LayerPlan {
        let elements = inputs[0].elementCount
        return LayerPlan(
          outputs: [inputs[0]], backwardNeeds: .inputs, forwardOperations: 4 * elements, backwardOperations: 8 * elements)
      }

      // Compiled for both precisions: code that is left generic looks up every addition.
      @specialized(where S == Float)
      @specialized(where S == Double)
      func forward<S: Scalar>(_ context: ForwardContext<S>) {
        let (x, y, beta) = (context.input.buffer, context.output.buffer, S(beta))
        for i in 0..<x.count { y[i] = x[i] / (1 + S.exp(-beta * x[i])) }
      }

      @specialized(where S == Float)
      @specialized(where S == Double)
      func backward<S: Scalar>(_ context: BackwardContext<S>) {
        guard context.downstream[0].isWanted else { return }
        let (x, upstream, beta) = (context.inputs[0].buffer, context.upstream[0].buffer, S(beta))
        context.downstream[0].putAll { i in
          let gate = 1 / (1 + S.exp(-beta * x[i]))
          return upstream[i] * (gate + beta * x[i] * gate * (1 - gate))
        }
      }
    }

    """
}
