/// A drawing whose every part has its place. Lengths are in pixels; y grows downwards.
package struct PlacedDrawing: Sendable {
  /// A point.
  package struct Point: Sendable, Hashable {
    /// Pixels from the left.
    package var x: Double
    /// Pixels from the top.
    package var y: Double

    /// A point.
    package init(_ x: Double, _ y: Double) {
      self.x = x
      self.y = y
    }

    func moved(_ by: Point) -> Point { Point(x + by.x, y + by.y) }
  }

  /// A rectangle.
  package struct Box: Sendable, Hashable {
    /// The corner at the top left.
    package var corner: Point
    /// Pixels from left to right.
    package var width: Double
    /// Pixels from top to bottom.
    package var height: Double

    /// A rectangle.
    package init(corner: Point, width: Double, height: Double) {
      self.corner = corner
      self.width = width
      self.height = height
    }
  }

  /// What a text is, which decides its size and colour.
  package enum Role: String, Sendable, Hashable, CaseIterable {
    case name, symbol, line, detail, value, gradient, group
  }

  /// A line of text, centred on a point of its base line or starting there.
  package struct Text: Sendable, Hashable {
    /// The words.
    package var text: String
    /// The point of the base line at the middle of the words, or at their start.
    package var place: Point
    /// What they are.
    package var role: Role
    /// Whether `place` is at their middle.
    package var isCentred: Bool

    /// The room that it takes.
    package var box: Box {
      let width = textWidth(text, role)
      let height = textSize(role)
      return Box(
        corner: Point(isCentred ? place.x - width / 2 : place.x, place.y - 0.8 * height), width: width, height: height)
    }
  }

  /// A wire: a straight line to `curveStart`, a cubic Bézier curve to `bend` that begins and ends in the direction of the
  /// flow, then straight lines through `rest`.
  package struct Wire: Sendable, Hashable {
    /// Where it begins.
    package var start: Point
    /// Where the curve begins.
    package var curveStart: Point
    /// Where the curve ends.
    package var bend: Point
    /// The corners behind the curve, and the end.
    package var rest: [Point]
    /// Whether it ends with the tip of an arrow.
    package var hasArrow: Bool
    /// The direction in which the curve begins and ends.
    var direction = FlowDirection.right

    /// The control points of the curve.
    var controls: (Point, Point) {
      let (x, y) = ((curveStart.x + bend.x) / 2, (curveStart.y + bend.y) / 2)
      return direction == .right
        ? (Point(x, curveStart.y), Point(x, bend.y)) : (Point(curveStart.x, y), Point(bend.x, y))
    }

    /// Points on the wire, close enough together to find what it crosses.
    package var points: [Point] {
      var points = [start]
      let (first, second) = controls
      for step in 0...24 {
        let t = Double(step) / 24
        let (a, b, c, d) = ((1 - t) * (1 - t) * (1 - t), 3 * t * (1 - t) * (1 - t), 3 * t * t * (1 - t), t * t * t)
        points.append(
          Point(
            a * curveStart.x + b * first.x + c * second.x + d * bend.x,
            a * curveStart.y + b * first.y + c * second.y + d * bend.y))
      }
      var last = bend
      for point in rest {
        for step in 1...8 {
          let t = Double(step) / 8
          points.append(Point(last.x + t * (point.x - last.x), last.y + t * (point.y - last.y)))
        }
        last = point
      }
      return points
    }
  }

  /// A circle with what a pointer that rests on it is told.
  package struct Circle: Sendable, Hashable {
    /// Its centre.
    package var centre: Point
    /// Its radius in pixels.
    package var radius: Double
    /// What a pointer is told.
    package var remark: String
  }

  /// A box of a layer.
  package struct Card: Sendable, Hashable {
    /// Its outline.
    package var box: Box
    /// What a pointer that rests on it is told.
    package var remark: String
  }

  /// What the drawing shows, in a few words.
  package internal(set) var title = ""
  /// Pixels from left to right.
  package internal(set) var width = 0.0
  /// Pixels from top to bottom.
  package internal(set) var height = 0.0
  /// Frames around groups, outermost first.
  package internal(set) var frames: [Box] = []
  /// The wires between nodes.
  package internal(set) var wires: [Wire] = []
  /// The circles of operations.
  package internal(set) var circles: [Circle] = []
  /// The boxes of layers.
  package internal(set) var cards: [Card] = []
  /// All words.
  package internal(set) var texts: [Text] = []

  /// Adds all parts of another picture, moved.
  mutating func add(_ other: PlacedDrawing, at offset: Point) {
    frames += other.frames.map { Box(corner: $0.corner.moved(offset), width: $0.width, height: $0.height) }
    wires += other.wires.map {
      Wire(
        start: $0.start.moved(offset), curveStart: $0.curveStart.moved(offset), bend: $0.bend.moved(offset),
        rest: $0.rest.map { $0.moved(offset) }, hasArrow: $0.hasArrow, direction: $0.direction)
    }
    circles += other.circles.map { Circle(centre: $0.centre.moved(offset), radius: $0.radius, remark: $0.remark) }
    cards += other.cards.map {
      Card(
        box: Box(corner: $0.box.corner.moved(offset), width: $0.box.width, height: $0.box.height), remark: $0.remark)
    }
    texts += other.texts.map {
      Text(text: $0.text, place: $0.place.moved(offset), role: $0.role, isCentred: $0.isCentred)
    }
  }
}

/// The size of the letters.
func textSize(_ role: PlacedDrawing.Role) -> Double {
  switch role {
  case .symbol: 14
  case .name, .line, .group: 13
  case .value, .gradient: 12
  case .detail: 11
  }
}

/// The room for a text in a font of fixed width, whose letters are about 0.6 of their size wide; a little more is
/// reckoned, since the viewer chooses the font.
func textWidth(_ text: String, _ role: PlacedDrawing.Role) -> Double { 0.62 * textSize(role) * Double(text.count) }
