import NNCore
import NNData
import NNModel
import NNText

extension ModelDescription {
  /// Checks what `<training>` and `<augment>` ask of the net: there is the metric that the stopping rule watches, the
  /// batch is large enough for every layer, the losses take mixtures where samples are mixed. Throws a
  /// `DiagnosticError`.
  ///
  /// - Parameters:
  ///   - plan: the net, planned.
  ///   - samples: the training samples, if the data has been read; the plan is then made for the data's targets.
  package func checkTraining(_ plan: NetworkPlan, samples: Int? = nil) throws {
    _ = try mixedTargets(plan)
    guard let training else { return }
    var problems: [Diagnostic] = []
    let heads = plan.lossNodes.map { plan.definition.nodes[$0].name }
    if let rule = training.stopping, let head = (rule.element as? any StoppingRule)?.head, !heads.contains(head) {
      problems.append(
        ElementError(
          code: "unknown-head", "<\(rule.schema.name)> watches '\(head)', which is no loss of this net",
          remedy: nearestName(to: head, among: heads).map { "did you mean '\($0)'?" }
            ?? "it has \(heads.joined(separator: ", "))", attribute: "head"
        ).diagnostic(at: rule))
    } else if let rule = training.stopping, let metric = (rule.element as? any StoppingRule)?.metric {
      let there = Evaluation.metrics(
        plan, head: (rule.element as? any StoppingRule)?.head, isPlannedForData: samples != nil)
      if !plan.lossNodes.isEmpty, !there.contains(metric) {
        let names = Metric.all.filter(there.contains).map(\.key)
        problems.append(
          ElementError(
            code: "unknown-metric",
            "<\(rule.schema.name)> watches \(metric.key), but this net is measured by "
              + "\(names.joined(separator: ", ")) alone",
            remedy: "say metric=\"\(names.dropFirst().first ?? Metric.loss.key)\"",
            attribute: "metric"
          ).diagnostic(at: rule))
      }
    }
    let batch = min(training.batch, samples ?? training.batch)
    let shards = training.shards ?? 1
    if batch < shards {
      problems.append(
        Diagnostic(
          code: "batch-too-small", "a batch of \(batch) samples cannot be cut into \(shards) shards",
          remedy: batch == training.batch
            ? "give <training> a larger batch or fewer shards" : "train on more samples or with fewer shards",
          place: training.place))
      throw DiagnosticError(problems)
    }
    let least = ShardCut(samples: batch, shards: shards).smallest
    for (node, layer) in zip(plan.definition.nodes, plan.layers)
    where (node.synchronizedLayer == nil ? least : batch) < layer.leastTrainingBatch {
      let shards = node.synchronizedLayer == nil ? shards : 1
      let measured = shards == 1 ? "batch" : "shard"
      let need = Count.product(layer.leastTrainingBatch, shards)
      problems.append(
        Diagnostic(
          code: "batch-too-small",
          "'\(node.name)' measures each \(measured), for which it needs at least \(layer.leastTrainingBatch) samples, "
            + "but a \(measured) has \(shards == 1 ? batch : least)",
          remedy: samples.map { $0 < need } ?? false
            ? "train on more samples"
            : "give <training> a larger batch, such as batch=\"\(Count.product(32, shards))\""
              + (shards == 1 ? "" : ", or fewer shards"), place: node.place,
          sourceLine: node.sourceLine))
    }
    if !problems.isEmpty { throw DiagnosticError(problems) }
  }

  /// The steps of `<augment>`. Throws a `DiagnosticError` at the place of a step that is wrong, or out of order.
  func augmentationSteps() throws -> AugmentationSteps {
    try AugmentationSteps(augmentation.map(\.element)) { DiagnosticError([$0.diagnostic(at: augmentation[$1])]) }
  }

  /// The forms of the targets where samples are mixed; nil where they are not. Throws a `DiagnosticError` with every loss
  /// that takes no mixtures.
  func mixedTargets(_ plan: NetworkPlan) throws -> [String: TargetForm]? { try augmentationSteps().targets(of: plan) }

  /// Warns where the last batch of each epoch is too small for a layer that measures its batch.
  func remainderWarnings(_ plan: NetworkPlan, samples: Int) -> [Diagnostic] {
    guard let batch = training?.batch, samples > batch, samples % batch > 0 else { return [] }
    let rest = samples % batch
    let cut = ShardCut(samples: rest, shards: training?.shards ?? 1)
    let small = zip(plan.definition.nodes, plan.layers).filter { node, layer in
      (node.synchronizedLayer == nil ? cut.smallest : rest) < layer.leastTrainingBatch
    }
    return small.prefix(1).map { node, _ in
      Diagnostic(
        .warning, code: "small-last-batch",
        "\(samples) samples in batches of \(batch) leave \(rest) for the last batch of each epoch, which is too few for "
          + "'\(node.name)' to measure: its output then says nothing of the sample, and its running statistics stay as "
          + "they are",
        remedy: "take a batch that leaves more, such as batch=\"\(Self.batch(near: batch, samples: samples))\"",
        place: node.place, sourceLine: node.sourceLine)
    }
  }

  /// The batch nearest to `batch` that leaves nothing, or at least half of itself.
  private static func batch(near batch: Int, samples: Int) -> Int {
    for distance in 1..<max(2, batch) {
      for candidate in [batch - distance, batch + distance] where candidate > 1 && candidate <= samples {
        let rest = samples % candidate
        if rest == 0 || 2 * rest >= candidate { return candidate }
      }
    }
    return samples
  }
}

extension Evaluation {
  /// The metrics by which a net is measured.
  ///
  /// - Parameters:
  ///   - head: the loss that is measured; the first one unless given.
  ///   - isPlannedForData: whether the plan knows the data's targets; if not, all metrics that some data would have.
  static func metrics(_ plan: NetworkPlan, head: String? = nil, isPlannedForData: Bool) -> Set<Metric> {
    let named = plan.lossNodes.first { plan.definition.nodes[$0].name == head }
    guard let node = named ?? plan.lossNodes.first, let target = plan.definition.nodes[node].target else {
      return [.loss]
    }
    let forms = isPlannedForData ? plan.targets[target].map { [$0] } ?? [] : plan.layers[node].targets
    let heads = forms.map { Head(plan, node, form: $0) } + [Head()]
    return Set(Metric.all.filter { heads.contains(where: $0.measures) })
  }
}
