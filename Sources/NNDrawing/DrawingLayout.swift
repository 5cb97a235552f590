import NNCore
import NNText

/// The direction in which the wires of a drawing run.
package enum FlowDirection: Sendable {
  /// From left to right.
  case right
  /// From top to bottom.
  case down

  /// The point that lies `along` the flow and `across` it.
  func point(_ along: Double, _ across: Double) -> PlacedDrawing.Point {
    switch self {
    case .right: PlacedDrawing.Point(along, across)
    case .down: PlacedDrawing.Point(across, along)
    }
  }

  /// The rectangle with the given centre that is `length` long along the flow and `breadth` broad across it.
  func box(centre: PlacedDrawing.Point, length: Double, breadth: Double) -> PlacedDrawing.Box {
    let size = point(length, breadth)
    let corner = PlacedDrawing.Point(centre.x - size.x / 2, centre.y - size.y / 2)
    return PlacedDrawing.Box(corner: corner, width: size.x, height: size.y)
  }
}

extension PlacedDrawing {
  /// The most places that a drawing's nodes, and its wires in the columns that they pass, may take.
  package static let mostPlaces = 100_000

  /// Lays a drawing out from left to right or, if it would be wider than `mostWidth` pixels and that is
  /// narrower, from top to bottom. Bands and
  /// columns are chosen so that no words meet other words, nodes or wires.
  ///
  /// - Throws: a `DiagnosticError` if the drawing is larger than anyone could look at.
  package init(_ drawing: Drawing, mostWidth: Double = .infinity) throws(DiagnosticError) {
    let wide = try PlacedDrawing(drawing, .right)
    guard wide.width > mostWidth else {
      self = wide
      return
    }
    let high = try PlacedDrawing(drawing, .down)
    self = high.width < wide.width ? high : wide
  }

  /// Lays a drawing out in the given direction.
  ///
  /// - Throws: a `DiagnosticError` if the drawing is larger than anyone could look at.
  package init(_ drawing: Drawing, _ direction: FlowDirection) throws(DiagnosticError) {
    guard drawing.nodes.count <= Self.mostPlaces, drawing.wires.count <= Self.mostPlaces else {
      throw Self.tooLarge(drawing)
    }
    var layout = try FrameLayout(drawing, direction)
    // Groups that lie around one another in a cycle cannot be drawn as frames.
    if layout == nil {
      var flat = drawing
      for index in flat.nodes.indices { flat.nodes[index].groups = [] }
      layout = try FrameLayout(flat, direction)
    }
    self.init()
    let margin = 16.0
    if let layout {
      add(layout.picture, at: Point(margin, margin))
      let size = direction.point(layout.length, layout.breadth)
      width = size.x + 2 * margin
      height = size.y + 2 * margin
    }
    title = drawing.title
  }

  static func tooLarge(_ drawing: Drawing) -> DiagnosticError {
    DiagnosticError(
      code: "drawing-too-large",
      "a picture of \(grouped(drawing.nodes.count)) nodes and \(grouped(drawing.wires.count)) wires would have more than "
        + "the \(grouped(mostPlaces)) places that are drawn, a wire taking one in each column that it passes")
  }
}
