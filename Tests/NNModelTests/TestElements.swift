import NNCore
import NNKernels

/// Small elements to load: they declare and plan, but compute nothing.
protocol PlanOnlyLayer: DeclaredLayer {}

extension PlanOnlyLayer {
  func forward<S: Scalar>(_ context: ForwardContext<S>) {}
  func backward<S: Scalar>(_ context: BackwardContext<S>) {}
}

private func plan(_ outputs: [Shape], _ parameters: [ParameterPlan] = [], targets: [TargetForm] = []) -> LayerPlan {
  LayerPlan(
    outputs: outputs, parameters: parameters, backwardNeeds: [.inputs], targets: targets, forwardOperations: 1,
    backwardOperations: 1)
}

struct DenseForTests: PlanOnlyLayer {
  static let schema = ElementSchema(
    .layer, "dense", summary: "A fully connected layer.", example: #"<dense units="10"/>"#,
    attributes: [
      .required("units", .integer(1...Int(Int32.max)), "The number of outputs."),
      .optional("bias", .boolean, default: .boolean(true), "Whether there is a bias."),
      .optional("init", .choice(["he", "xavier", "zeros"]), default: .text("he"), "The initial weights."),
      .optional("initScale", .number(.positive), "A factor on the initial weights; excludes init zeros."),
    ])
  let units: Int

  init(attributes: Attributes) throws {
    units = attributes.integer("units")
    if attributes.has("initScale"), attributes.text("init") == "zeros" {
      throw ElementError(
        code: "exclusive-attributes", "initScale means nothing with init=\"zeros\"", remedy: "remove it",
        attribute: "initScale")
    }
  }

  func plan(_ inputs: [Shape]) throws -> LayerPlan {
    guard inputs[0].rank == 1 else {
      throw ElementError.shape("<dense> reads one dimension, not \(inputs[0])", remedy: "put a <flatten/> before it")
    }
    guard let shape = Shape([units, inputs[0][0]]) else {
      throw ElementError(code: "too-many-parameters", "<dense> with \(units) units is too large")
    }
    return NNModelTests.plan([Shape(units)], [ParameterPlan("weight", shape, initializer: .zeros, decays: true)])
  }
}

struct ReluForTests: PlanOnlyLayer {
  static let schema = ElementSchema(.layer, "relu", summary: "max(0, x).", example: "<relu/>")
  init(attributes: Attributes) throws {}
  func plan(_ inputs: [Shape]) throws -> LayerPlan { NNModelTests.plan([inputs[0]]) }
}

struct PoolForTests: PlanOnlyLayer {
  static let schema = ElementSchema(
    .layer, "pool", summary: "A pool.", example: #"<pool kernel="2"/>"#,
    attributes: [
      .optional("kernel", .pair(1...99), default: .integers([2, 2]), "The window."),
      .optional("scale", .numbers, default: .numbers([1, 0.5]), "Numbers."),
      .optional("note", .text, "Any text."),
    ])
  init(attributes: Attributes) throws {
    if attributes.has("note"), attributes.text("note") == "throw" { throw StrangeError() }
  }
  func plan(_ inputs: [Shape]) throws -> LayerPlan { NNModelTests.plan([inputs[0]]) }
}

struct StrangeError: Error, CustomStringConvertible {
  var description: String { "something strange" }
}

/// Registered among the layers by mistake.
struct NotALayerForTests: PlainElement {
  static let schema = ElementSchema(.layer, "notALayer", summary: "Not a layer.", example: "<notALayer/>")
}

struct AddForTests: PlanOnlyLayer {
  static let schema = ElementSchema(
    .layer, "add", summary: "The sum.", example: #"<add from="a b"/>"#, inputs: 2...Int.max)
  init(attributes: Attributes) throws {}
  func plan(_ inputs: [Shape]) throws -> LayerPlan {
    for shape in inputs where shape != inputs[0] {
      throw ElementError.shape("<add> cannot add \(shape) to \(inputs[0])")
    }
    return NNModelTests.plan([inputs[0]])
  }
}

struct HalvesForTests: PlanOnlyLayer {
  static let schema = ElementSchema(.layer, "halves", summary: "Two copies.", example: "<halves/>")
  init(attributes: Attributes) throws {}
  func plan(_ inputs: [Shape]) throws -> LayerPlan { NNModelTests.plan([inputs[0], inputs[0]]) }
}

/// A layer that shares its name with a schedule.
struct StepLayerForTests: PlanOnlyLayer {
  static let schema = ElementSchema(.layer, "step", summary: "0 or 1.", example: "<step/>")
  init(attributes: Attributes) throws {}
  func plan(_ inputs: [Shape]) throws -> LayerPlan { NNModelTests.plan([inputs[0]]) }
}

struct AcmeForTests: PlanOnlyLayer {
  static let schema = ElementSchema(
    .layer, "swishish", namespace: "urn:acme:layers", summary: "A third party's.", example: "<acme:swishish/>",
    attributes: [.optional("beta", .number(.any), default: .number(1), "A slope.")])
  init(attributes: Attributes) throws {}
  func plan(_ inputs: [Shape]) throws -> LayerPlan { NNModelTests.plan([inputs[0]]) }
}

struct LossForTests: PlanOnlyLayer {
  static let schema = ElementSchema(
    .loss, "softmaxCrossEntropy", summary: "A loss.", example: "<softmaxCrossEntropy/>")
  init(attributes: Attributes) throws {}
  func plan(_ inputs: [Shape]) throws -> LayerPlan {
    NNModelTests.plan([inputs[0]], targets: [.classes(count: inputs[0].elementCount, shape: Shape(1))])
  }
}

/// An element that only declares itself.
protocol PlainElement: DeclaredElement { init() }

extension PlainElement {
  init(attributes: Attributes) throws { self.init() }
}

struct CSVForTests: PlainElement {
  static let schema = ElementSchema(
    .source, "csv", summary: "A table.", example: #"<csv path="a.csv"/>"#,
    attributes: [.required("path", .path, "The file."), .optional("label", .text, "The label's column.")])
}

struct ScaleForTests: PlainElement {
  static let schema = ElementSchema(
    .preprocessing, "scale", summary: "Scales.", example: #"<scale by="2"/>"#,
    attributes: [.required("by", .number(.any), "The factor.")])
}

struct FlipForTests: PlainElement {
  static let schema = ElementSchema(.augmentation, "flip", summary: "Flips.", example: "<flip/>")
}

struct SGDForTests: PlainElement {
  static let schema = ElementSchema(
    .optimizer, "sgd", summary: "Descent.", example: #"<sgd rate="0.1"/>"#,
    attributes: [
      .optional("rate", .number(.positive), default: .number(0.01), "The learning rate."),
      .optional("momentum", .number(.unitBelowOne), default: .number(0), "The momentum."),
    ])
}

struct AdamForTests: PlainElement {
  static let schema = ElementSchema(.optimizer, "adam", summary: "Adam.", example: "<adam/>")
}

struct CosineForTests: PlainElement {
  static let schema = ElementSchema(
    .schedule, "cosine", summary: "A cosine.", example: "<cosine/>",
    attributes: [.optional("warmup", .number(.nonNegative), default: .number(0), "Epochs of warm-up.")])
}

struct StepScheduleForTests: PlainElement {
  static let schema = ElementSchema(.schedule, "step", summary: "Steps.", example: "<step/>")
}

struct StoppingForTests: PlainElement {
  static let schema = ElementSchema(
    .stopping, "earlyStopping", summary: "Stops.", example: "<earlyStopping/>",
    attributes: [.optional("patience", .integer(1...1000), default: .integer(10), "Epochs.")])
}

extension Registry {
  static var layersForTests: Registry {
    var registry = Registry()
    do {
      for type: any DeclaredElement.Type in [
        DenseForTests.self, ReluForTests.self, PoolForTests.self, AddForTests.self, HalvesForTests.self,
        StepLayerForTests.self, AcmeForTests.self, LossForTests.self, NotALayerForTests.self,
      ] { try registry.register(type) }
    } catch {
      preconditionFailure("\(error)")
    }
    return registry
  }

  static var forTests: Registry {
    var registry = layersForTests
    do {
      for type: any DeclaredElement.Type in [
        CSVForTests.self, ScaleForTests.self, FlipForTests.self, SGDForTests.self, AdamForTests.self,
        CosineForTests.self, StepScheduleForTests.self, StoppingForTests.self,
      ] { try registry.register(type) }
    } catch {
      preconditionFailure("\(error)")
    }
    return registry
  }
}
