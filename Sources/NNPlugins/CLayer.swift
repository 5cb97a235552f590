import CNNRunLayer
import NNCore
import NNKernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The functions of a C layer. They are code and constant data of a library that is never unloaded.
struct CFunctions: @unchecked Sendable {
  let table: nnrun_layer
}

/// What a C library's `create` returned; destroyed with the last layer that uses it.
final class CInstance: @unchecked Sendable {
  let functions: nnrun_layer
  let layer: UnsafeMutableRawPointer

  /// Throws an `ElementError`: what `create` says of the attributes.
  init(_ functions: CFunctions, _ schema: ElementSchema, _ attributes: Attributes) throws(ElementError) {
    let values = CValues(schema, attributes)
    var error = nnrun_error()
    guard let layer = values.withPointer({ functions.table.create($0, &error) }) else {
      throw ElementError(error, fallback: "<\(schema.name)> cannot be made with these attributes")
    }
    self.functions = functions.table
    self.layer = layer
  }

  deinit { functions.destroy(layer) }
}

/// The values of a layer's attributes in the memory that `nnrun_value` points to.
private final class CValues {
  private var values: [nnrun_value] = []
  private var texts: [UnsafeMutablePointer<CChar>] = []
  private var numbers: [UnsafeMutablePointer<Double>] = []

  init(_ schema: ElementSchema, _ attributes: Attributes) {
    for declared in schema.attributes {
      var value = nnrun_value()
      if let given = attributes[declared.name] {
        value.is_present = 1
        set(&value, given)
      }
      values.append(value)
    }
  }

  deinit {
    for text in texts { free(text) }
    for array in numbers { array.deallocate() }
  }

  func withPointer<Result>(_ body: (UnsafePointer<nnrun_value>?) -> Result) -> Result {
    values.withUnsafeBufferPointer { body($0.baseAddress) }
  }

  private func set(_ value: inout nnrun_value, _ given: AttributeValue) {
    switch given {
    case .boolean(let flag): value.boolean = flag ? 1 : 0
    case .integer(let whole): (value.integer, value.number) = (Int64(whole), Double(whole))
    case .number(let number): value.number = number
    case .text(let text):
      guard let copy = strdup(text) else { return }
      texts.append(copy)
      value.text = UnsafePointer(copy)
    case .shape(let shape): value.shape = nnrun_shape(shape)
    case .numbers(let list):
      let copy = UnsafeMutablePointer<Double>.allocate(capacity: max(1, list.count))
      copy.initialize(from: list, count: list.count)
      numbers.append(copy)
      (value.numbers, value.number_count) = (UnsafePointer(copy), Int64(list.count))
    case .integers, .words: break
    }
  }
}

/// A layer of a C library.
struct CLayer: Layer {
  let schema: ElementSchema
  let instance: CInstance
  let facts: LayerFacts

  init(_ functions: CFunctions, _ schema: ElementSchema, _ attributes: Attributes) throws(ElementError) {
    self.schema = schema
    instance = try CInstance(functions, schema, attributes)
    facts = try CFacts.read(instance, schema)
  }

  func plan(_ inputs: [Shape]) throws -> LayerPlan { try CPlan.make(instance, schema, inputs) }

  @specialized(where S == Float)
  @specialized(where S == Double)
  func forward<S: Scalar>(_ context: ForwardContext<S>) {
    let functions = instance.functions
    guard let run = S.elementType == .float32 ? functions.forward_float : functions.forward_double else { return }
    withArrays(
      context.inputs.count + context.outputs.count + context.parameters.count + context.state.count + 1,
      shapes: context.inputs
    ) { arrays, shapes in
      withHost(context.workers, context.random) { host in
        var call = nnrun_forward()
        call.size = UInt32(MemoryLayout<nnrun_forward>.size)
        call.is_training = context.phase == .training ? 1 : 0
        call.batch = Int64(context.batch)
        call.input_shapes = shapes
        call.inputs = arrays.add(context.inputs)
        call.outputs = arrays.add(context.outputs)
        call.parameters = arrays.add(context.parameters)
        call.states = arrays.add(context.state)
        call.saved = nnrun_array(context.saved)
        call.scratch = nnrun_array(context.scratch)
        if let target = context.target, context.loss.count >= 2 {
          call.target = arrays.add(target)
          call.loss = context.loss.base
        }
        call.host = host
        run(instance.layer, &call)
      }
    }
  }

  @specialized(where S == Float)
  @specialized(where S == Double)
  func backward<S: Scalar>(_ context: BackwardContext<S>) {
    let functions = instance.functions
    guard let run = S.elementType == .float32 ? functions.backward_float : functions.backward_double else { return }
    withArrays(
      context.inputs.count + context.outputs.count + context.upstream.count + context.parameters.count
        + context.state.count + 1, shapes: context.inputs
    ) { arrays, shapes in
      withGradients(context.downstream, context.parameterGradients) { downstream, parameterGradients in
        withHost(context.workers, context.random) { host in
          var call = nnrun_backward()
          call.size = UInt32(MemoryLayout<nnrun_backward>.size)
          call.is_training = context.phase == .training ? 1 : 0
          call.batch = Int64(context.batch)
          call.input_shapes = shapes
          call.inputs = arrays.add(context.inputs)
          call.outputs = arrays.add(context.outputs)
          call.upstream = arrays.add(context.upstream)
          call.downstream = downstream
          call.parameter_gradients = parameterGradients
          call.parameters = arrays.add(context.parameters)
          call.states = arrays.add(context.state)
          call.saved = nnrun_array(context.saved)
          call.scratch = nnrun_array(context.scratch)
          if let target = context.target { call.target = arrays.add(target) }
          if context.loss.count >= 2 { call.loss = UnsafePointer(context.loss.base) }
          call.loss_gradient = context.lossGradient
          call.host = host
          run(instance.layer, &call)
        }
      }
    }
  }
}
