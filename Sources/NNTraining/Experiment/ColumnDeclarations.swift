import NNCore
import NNData
import NNFiles
import NNModel

extension ModelDescription {
  /// What `<columns>` says of the table; nil if the model has none. Throws a `DiagnosticError` at the place of a column that
  /// is wrong.
  func declaredColumns() throws(DiagnosticError) -> DeclaredColumns? {
    guard let columns else { return nil }
    return try DeclaredColumns(
      columns.elements.map(\.element), gaps: columns.missingValues, inputs: columnInputs, folder: Path.folder(of: file)
    ) { DiagnosticError([$0.diagnostic(at: columns.elements[$1])]) }
  }

  /// The model with its inputs as wide as the columns of its table are, and the training set, which is read only if the
  /// model depends on it. Throws a `DiagnosticError`.
  package func resolvedByData() throws -> (ModelDescription, training: Dataset?) {
    guard !columnInputs.isEmpty else { return (self, nil) }
    let (description, sets) = try DataLoading(self).sets()
    return (description, sets["train"])
  }
}
