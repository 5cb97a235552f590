/// A drawing whose every part has its place. Lengths are in pixels; y grows downwards.
package struct PlacedDrawing: Sendable {
  /// A point.
  package struct Point: Sendable, Hashable {
    package var x: Double
    package var y: Double
    package init(_ x: Double, _ y: Double) {
      self.x = x
      self.y = y
    }

    func moved(_ by: Point) -> Point { Point(x + by.x, y + by.y) }
  }

  /// A rectangle.
  package struct Box: Sendable, Hashable {
    package var corner: Point
    package var width: Double
    package var height: Double

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
    package var text: String
    package var place: Point
    package var role: Role
    package var isCentred: Bool

    /// The room that it takes.
    package var box: Box {
      let width = textWidth(text, role)
      let height = textSize(role)
      return Box(
        corner: Point(isCentred ? place.x - width / 2 : place.x, place.y - 0.8 * height), width: width, height: height)
    }
  }

  /// A wire: a curve from its start to `bend`, then straight lines through `rest`.
  package struct Wire: Sendable, Hashable {
    package var start: Point
    package var curveStart: Point
    package var bend: Point
    package var rest: [Point]
    package var hasArrow: Bool

    /// Points on the wire, close enough together to find what it crosses.
    package var points: [Point] {
      var points = [start]
      let middle = (curveStart.x + bend.x) / 2
      for step in 0...24 {
        let t = Double(step) / 24
        let (a, b, c, d) = ((1 - t) * (1 - t) * (1 - t), 3 * t * (1 - t) * (1 - t), 3 * t * t * (1 - t), t * t * t)
        points.append(
          Point(
            a * curveStart.x + (b + c) * middle + d * bend.x, (a + b) * curveStart.y + (c + d) * bend.y))
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
    package var centre: Point
    package var radius: Double
    package var remark: String
  }

  /// A box of a layer.
  package struct Card: Sendable, Hashable {
    package var box: Box
    package var remark: String
  }

  package internal(set) var title = ""
  package internal(set) var width = 0.0
  package internal(set) var height = 0.0
  /// Frames around groups, outermost first.
  package internal(set) var frames: [Box] = []
  package internal(set) var wires: [Wire] = []
  package internal(set) var circles: [Circle] = []
  package internal(set) var cards: [Card] = []
  package internal(set) var texts: [Text] = []

  /// Adds all parts of another picture, moved.
  mutating func add(_ other: PlacedDrawing, at offset: Point) {
    frames += other.frames.map { Box(corner: $0.corner.moved(offset), width: $0.width, height: $0.height) }
    wires += other.wires.map {
      Wire(
        start: $0.start.moved(offset), curveStart: $0.curveStart.moved(offset), bend: $0.bend.moved(offset),
        rest: $0.rest.map { $0.moved(offset) }, hasArrow: $0.hasArrow)
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
