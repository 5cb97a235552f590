import NNCommandLine
import NNCore
import NNFiles
import NNInference
import NNKernels
import NNText
import NNTraining

/// `nnrun bench`
enum BenchCommand: Command {
  static let name = "bench"
  static let summary = "measure how fast a model trains or predicts on this machine"
  static let discussion =
    "Runs on random data of the right shape: whole training steps (forward, backward, update by the model's optimizer, "
    + "or with momentum if it names none), or predictions by the inference runner, whose layers may be fewer: it folds "
    + "and merges. p50 and p99 are of one step or one call."
  static let positionals = [Positional(name: "MODEL.xml", help: "The model file.")]
  static let options = [
    Option("mode", .choice(["train", "infer"]), "What to measure; training unless given."),
    Option("batch", .text("N"), "Samples in a step or a call; 64 unless given."),
    Option("seconds", .text("S"), "How long to measure; 2 unless given."),
    Option(
      "ranks", .text("N"),
      "Also say what training on up to N processes would be like, each with such a batch, on a network of --bandwidth and "
        + "--latency."),
    Option("bandwidth", .text("RATE"), "What a link of the network carries, such as 1Gbit; 10Gbit unless given."),
    Option("latency", .text("TIME"), "How long a message takes, whatever its length, such as 2us; 20us unless given."),
    Option("svg", .path("FILE"), "With --ranks: draw the expected efficiency by the number of processes."),
    CommonOptions.threads, CommonOptions.set, CommonOptions.json,
  ]
  static let examples = [
    (line: "nnrun bench models/mlp.xml --mode train --batch 64 --threads 2", meaning: "Measure training steps."),
    (line: "nnrun bench models/mlp.xml --mode infer --batch 1", meaning: "Measure the latency of one prediction."),
    (
      line: "nnrun bench models/lenet.xml --ranks 64 --bandwidth 10Gbit --latency 20us --svg cluster.svg",
      meaning: "Estimate training on a cluster, and draw it."
    ),
  ]

  static func run(_ arguments: Arguments, _ environment: Environment) throws -> ExitCode {
    let cluster = try ClusterEstimate(arguments)
    if cluster != nil, arguments.text("mode") == "infer" {
      throw usageError("--ranks goes with training", "leave --mode out")
    }
    let model = try LoadedModel(arguments, environment)
    let settings = Settings(
      isTraining: (arguments.text("mode") ?? "train") == "train",
      batch: try arguments.integer("batch", 1...1_000_000) ?? 64, seconds: try arguments.number("seconds") ?? 2,
      workers: try environment.workers(arguments))
    var result: Result
    switch model.description.precision {
    case .float: result = try measure(Float.self, model, settings)
    case .double: result = try measure(Double.self, model, settings)
    }
    if let cluster {
      let messages = ClusterEstimate.Messages(
        model.plan,
        scalarSize: model.description.precision == .double ? MemoryLayout<Double>.size : MemoryLayout<Float>.size,
        roundsGradients: model.description.training?.roundsGradients ?? false)
      let rows = cluster.rows(
        step: result.p50 * 1e-6, backward: result.layers.map { $0.backward * 1e-6 }, messages)
      result.cluster = (cluster.text(rows, batch: settings.batch), cluster.json(rows, batch: settings.batch))
      if let path = arguments.text("svg") {
        try AtomicFile.write(path, text: cluster.plot(rows, model: model.description.name).svg)
      }
    }
    try printResult(arguments.has("json") ? result.jsonText(model, settings) : result.text(model, settings))
    return .done
  }

  private struct Settings {
    var isTraining: Bool
    var batch: Int
    var seconds: Double
    var workers: WorkerPool
  }

  private struct Result {
    var microsecondsPerSample: Double
    var p50: Double
    var p99: Double
    var gigaflops: Double
    var layers: [(name: String, type: String, forward: Double, backward: Double)]
    /// What is expected of a cluster, as text and as JSON; nil unless asked for.
    var cluster: (text: String, json: String)?

    func jsonText(_ model: LoadedModel, _ settings: Settings) -> String {
      let rows = layers.map { layer in
        #"{"name":\#(json(layer.name)),"type":\#(json(layer.type)),"#
          + #""forwardMicroseconds":\#(rounded(layer.forward)),"backwardMicroseconds":\#(rounded(layer.backward))}"#
      }
      return
        #"{"model":\#(json(model.description.name)),"mode":"\#(settings.isTraining ? "train" : "infer")","#
        + #""batch":\#(settings.batch),"threads":\#(settings.workers.threads),"#
        + #""microsecondsPerSample":\#(rounded(microsecondsPerSample)),"p50Microseconds":\#(rounded(p50)),"#
        + #""p99Microseconds":\#(rounded(p99)),"gflops":\#(rounded(gigaflops)),"layers":[\#(rows.joined(separator: ","))]"#
        + (cluster.map { #","cluster":\#($0.json)"# } ?? "") + "}"
    }

    func text(_ model: LoadedModel, _ settings: Settings) -> String {
      let unit = settings.isTraining ? "step" : "call"
      var text =
        "\(model.description.name), \(settings.isTraining ? "training" : "predicting"), batch \(settings.batch), "
        + "\(settings.workers.threads) thread\(settings.workers.threads == 1 ? "" : "s")\n"
      text += "\(fixed(microsecondsPerSample, 3)) µs per sample, \(fixed(gigaflops, 1)) GFLOP/s\n"
      text += "one \(unit): median \(fixed(p50, 1)) µs, 99th percentile \(fixed(p99, 1)) µs\n\n"
      var table = TextTable([.left("layer"), .left("type"), .right("forward µs"), .right("backward µs")])
      for layer in layers { table.add([layer.name, layer.type, fixed(layer.forward, 1), fixed(layer.backward, 1)]) }
      return text + table.text + (cluster.map { "\n\($0.text)" } ?? "")
    }

    private func rounded(_ value: Double) -> String { fixed(value, 3) }
  }

  private static func measure<S: Scalar>(_ type: S.Type, _ model: LoadedModel, _ settings: Settings) throws -> Result {
    let plan = model.plan
    let options = NetworkOptions(isTrained: settings.isTraining)
    try NetworkMemory.require(
      plan, batch: settings.batch, options: options, scalarSize: MemoryLayout<S>.size,
      extra: 2 * MemoryLayout<S>.size * plan.parameterSpan, file: model.description.file)
    let network = Network<S>(plan, batch: settings.batch, options: options, workers: settings.workers)
    network.initialize(seed: 1)
    RandomData.fill(network, seed: 1)
    if settings.isTraining {
      let optimizer = model.description.training?.optimizer?.element as? any Optimizer
      let update = ParameterUpdate<S>(network, optimizer ?? StochasticGradientDescent(rate: 1e-4, momentum: 0.9))
      var step = 0
      return result(settings, network, layers: plan.definition.nodes.map(\.name)) {
        step += 1
        network.forward(.training, step: UInt64(step))
        network.backward()
        update.apply(step: step, rate: 1e-4, clipNorm: nil, clipValue: nil)
      } profile: {
        network.profile(.training, step: 0, computesLoss: true, clock: monotonicSeconds, times: &$0)
      }
    }
    let predictor = try Predictor<S>(
      plan, parameters: network.parameters, state: network.state, batch: settings.batch, workers: settings.workers)
    let inputs = plan.definition.freeInputs.map { network.inputBuffer($0) }
    let lengths = plan.definition.freeInputs.map { network.lengths(of: .init(.input($0))) }
    let output = Storage<S>(count: predictor.outputCount * settings.batch)
    return result(settings, network, layers: predictor.layerNames) {
      predictor.predict(inputs, lengths: lengths, count: settings.batch, into: output.buffer)
    } profile: { times in
      var forward = times.map(\.forward)
      predictor.profile(clock: monotonicSeconds, times: &forward)
      times = forward.map { ($0, 0) }
    }
  }

  /// - Parameters:
  ///   - names: the layers that run.
  ///   - call: a step or a call.
  ///   - profile: adds the seconds of a step's or call's layers.
  private static func result<S: Scalar>(
    _ settings: Settings, _ network: Network<S>, layers names: [String], _ call: () -> Void,
    profile: (inout [(forward: Double, backward: Double)]) -> Void
  ) -> Result {
    for _ in 0..<5 { call() }
    var samples: [Double] = []
    samples.reserveCapacity(1 << 20)
    let start = monotonicSeconds()
    var last = start
    while last - start < settings.seconds || samples.count < 5 {
      call()
      let time = monotonicSeconds()
      samples.append(time - last)
      last = time
    }
    samples.sort()
    let p50 = samples[samples.count / 2]
    var times = names.map { _ in (forward: 0.0, backward: 0.0) }
    let rounds = max(3, min(200, Int(0.2 / max(1e-7, p50))))
    for _ in 0..<rounds { profile(&times) }
    let types = Dictionary(
      uniqueKeysWithValues: network.plan.definition.nodes.map { ($0.name, $0.layer.schema.name) })
    return Result(
      microsecondsPerSample: p50 / Double(settings.batch) * 1e6, p50: p50 * 1e6,
      p99: samples[min(samples.count - 1, samples.count * 99 / 100)] * 1e6,
      gigaflops: Double(network.operationsPerSample) * Double(settings.batch) / p50 * 1e-9,
      layers: zip(names, times).map { name, time in
        (name, types[name] ?? "", time.forward / Double(rounds) * 1e6, time.backward / Double(rounds) * 1e6)
      })
  }
}
