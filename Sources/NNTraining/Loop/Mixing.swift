import NNCore
import NNData
import NNModel

extension ModelDescription {
  /// Checks what the model mixes: it is the last change, and every loss takes mixtures. Throws a `DiagnosticError`.
  func checkMixing(_ plan: NetworkPlan) throws { _ = try mixedTargets(plan) }

  /// The forms of the targets where samples are mixed; nil where they are not.
  func mixedTargets(_ plan: NetworkPlan) throws -> [String: TargetForm]? {
    guard let index = augmentation.firstIndex(where: { $0.element is Mixup }) else { return nil }
    guard index == augmentation.count - 1 else {
      let after = augmentation[index + 1]
      throw DiagnosticError([
        Diagnostic(
          code: "after-mixing",
          "<\(after.schema.name)> comes after <mixup>, but a mixture of two samples is no sample that it could change",
          remedy: after.element is Mixup ? "mix once" : "put <mixup> last", place: after.place,
          sourceLine: after.sourceLine)
      ])
    }
    return try plan.mixedTargets(by: augmentation[index].schema.name)
  }
}
