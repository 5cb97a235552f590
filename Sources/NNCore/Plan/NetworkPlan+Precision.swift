extension NetworkPlan {
  /// Throws a `DiagnosticError` if a layer cannot compute in double precision, see `LayerFacts.hasDoublePrecision`.
  package func requireDoublePrecision() throws(DiagnosticError) {
    guard let node = definition.nodes.first(where: { !$0.layer.facts.hasDoublePrecision }) else { return }
    throw DiagnosticError([
      Diagnostic(
        code: "no-double-precision", "<\(node.layer.schema.name)> computes in single precision alone",
        remedy: "give its plug-in passes in double precision; models are trained without them if precision is float",
        place: node.place, sourceLine: node.sourceLine)
    ])
  }
}
