import CNNRunLayer
import NNCore

/// The shape inference of a C layer: what it answers is checked before anything is made of it.
enum CPlan {
  /// Throws an `ElementError`: the layer refuses the shapes, or its answer is no plan.
  static func make(_ instance: CInstance, _ schema: ElementSchema, _ inputs: [Shape]) throws(ElementError) -> LayerPlan
  {
    let room = Int(NNRUN_ROOM)
    var outputs = [nnrun_shape](repeating: nnrun_shape(), count: room)
    var parameters = [nnrun_parameter](repeating: nnrun_parameter(), count: room)
    var states = [nnrun_state](repeating: nnrun_state(), count: room)
    var targets = [nnrun_target](repeating: nnrun_target(), count: room)
    var plan = nnrun_plan()
    var error = nnrun_error()
    let shapes = inputs.map { nnrun_shape($0) }
    let status = outputs.withUnsafeMutableBufferPointer { outputs in
      parameters.withUnsafeMutableBufferPointer { parameters in
        states.withUnsafeMutableBufferPointer { states in
          targets.withUnsafeMutableBufferPointer { targets in
            plan.size = UInt32(MemoryLayout<nnrun_plan>.size)
            (plan.outputs, plan.parameters) = (outputs.baseAddress, parameters.baseAddress)
            (plan.states, plan.targets) = (states.baseAddress, targets.baseAddress)
            return shapes.withUnsafeBufferPointer {
              instance.functions.plan(instance.layer, $0.baseAddress, Int32(clamping: $0.count), &plan, &error)
            }
          }
        }
      }
    }
    guard status == 0 else { throw ElementError(error, fallback: "<\(schema.name)> cannot take these inputs") }
    let reader = Reader(schema: schema, room: room)
    let isLoss = schema.kind == .loss
    return LayerPlan(
      outputs: try reader.list(outputs, plan.output_count, least: 1, "outputs") { shape, what throws(ElementError) in
        try reader.shape(shape, what)
      },
      parameters: try reader.list(parameters, plan.parameter_count, "parameters", reader.parameter),
      state: try reader.list(states, plan.state_count, "states", reader.state),
      scratchPerSample: try reader.count(plan.scratch_per_sample, "scratch_per_sample"),
      scratchFixed: try reader.count(plan.scratch_fixed, "scratch_fixed"),
      savedPerSample: try reader.count(plan.saved_per_sample, "saved_per_sample"),
      backwardNeeds: BackwardNeeds(rawValue: Int(plan.flags & 3)), runsInPlace: plan.flags & 4 != 0,
      targets: try reader.list(
        targets, isLoss ? plan.target_count : 0, least: isLoss ? 1 : 0, "targets", reader.target),
      forwardOperations: try reader.count(plan.forward_operations, "forward_operations"),
      backwardOperations: try reader.count(plan.backward_operations, "backward_operations"))
  }

  private struct Reader {
    let schema: ElementSchema
    let room: Int

    func fault(_ problem: String) -> ElementError {
      ElementError(code: "plugin-plan", "the plan of <\(schema.name)> \(problem)", remedy: "tell the plug-in's author")
    }

    func list<C, Element>(
      _ array: [C], _ count: Int32, least: Int = 0, _ what: String,
      _ read: (C, String) throws(ElementError) -> Element
    ) throws(ElementError) -> [Element] {
      guard count >= least, count <= room else {
        throw fault("says that there are \(count) \(what); \(least) to \(room) can be")
      }
      var elements: [Element] = []
      for index in 0..<Int(count) { elements.append(try read(array[index], "\(what)[\(index)]")) }
      return elements
    }

    func count(_ value: Int64, _ what: String) throws(ElementError) -> Int {
      guard value >= 0, value <= Int64(Count.largest) else { throw fault("has \(value) as \(what)") }
      return Int(value)
    }

    func shape(_ c: nnrun_shape, _ what: String) throws(ElementError) -> Shape {
      guard let shape = c.shape else { throw fault("has a shape at \(what) that is none") }
      return shape
    }

    func name(_ pointer: UnsafePointer<CChar>?, _ what: String) throws(ElementError) -> String {
      let text: String?
      do throws(LibraryFault) { text = try CText.read(pointer, what) } catch {
        throw fault("has a name at \(what) that is none")
      }
      guard let text, text.isElementName else { throw fault("has a name at \(what) that is none") }
      return text
    }

    func parameter(_ c: nnrun_parameter, _ what: String) throws(ElementError) -> ParameterPlan {
      guard c.scale.isFinite else { throw fault("has a scale at \(what) that is no number") }
      let initializer: Initializer
      switch c.initializer {
      case Int32(NNRUN_CONSTANT.rawValue): initializer = .constant(c.scale)
      case Int32(NNRUN_NORMAL.rawValue): initializer = .normal(deviation: c.scale)
      case Int32(NNRUN_UNIFORM.rawValue): initializer = .uniform(limit: c.scale)
      case Int32(NNRUN_XAVIER.rawValue): initializer = .xavier(gain: c.scale)
      case Int32(NNRUN_HE.rawValue): initializer = .he(gain: c.scale)
      case Int32(NNRUN_LECUN.rawValue): initializer = .lecun(gain: c.scale)
      default: throw fault("has the unknown initializer \(c.initializer) at \(what)")
      }
      guard c.fan_in >= 1, c.fan_out >= 1, c.fan_in <= Int32.max, c.fan_out <= Int32.max else {
        throw fault("has fans of \(c.fan_in) and \(c.fan_out) at \(what)")
      }
      return ParameterPlan(
        try name(c.name, what), try shape(c.shape, what), initializer: initializer, fanIn: Int(c.fan_in),
        fanOut: Int(c.fan_out), decays: c.decays != 0)
    }

    func state(_ c: nnrun_state, _ what: String) throws(ElementError) -> StatePlan {
      guard c.initial_value.isFinite else { throw fault("has a value at \(what) that is no number") }
      return StatePlan(try name(c.name, what), try shape(c.shape, what), initialValue: c.initial_value)
    }

    func target(_ c: nnrun_target, _ what: String) throws(ElementError) -> TargetForm {
      let shape = try shape(c.shape, what)
      guard c.classes >= 0, c.classes <= Int32.max else { throw fault("has \(c.classes) classes at \(what)") }
      return c.classes > 0 ? .classes(count: Int(c.classes), shape: shape) : .values(shape)
    }
  }
}
