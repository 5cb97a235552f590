import Foundation
import NNDrawing
import Testing

/// Pictures in which nothing covers words.
@Suite struct PlacedDrawingTests {
  /// A random graph: `count` nodes, each reading up to three earlier ones, some of them in groups.
  private static func graph(_ count: Int, seed: UInt64) -> Drawing {
    var state = seed
    func random(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }
    var drawing = Drawing(title: "random <graph> & \"words\"")
    let sources = 2 + count / 8
    for index in 0..<sources { drawing.nodes.append(.init(.source, ["input\(index)"])) }
    for index in sources..<count {
      let isLayer = random(4) == 0
      let groups = seed % 2 == 0 && index > sources + 3 ? ["block\(index / 9)"] : []
      drawing.nodes.append(
        isLayer
          ? .init(.layer, ["layer\(index)", "dense", "1,234 parameters"], groups: groups)
          : .init(
            .operation, [["+", "*", "exp", "max"][random(4)]], name: random(2) == 0 ? "node\(index)" : "",
            groups: groups))
      for _ in 0..<(1 + random(3)) {
        let from = max(0, index - 1 - random(12))
        drawing.wires.append(
          .init(from: from, to: index, above: "\(Double(random(100_000)) / 1000)", below: "-0.\(random(10_000))"))
      }
    }
    drawing.nodes.append(.init(.end, []))
    drawing.wires.append(.init(from: count - 1, to: count, above: "12.5", below: "1"))
    return drawing
  }

  @Test(arguments: 1...24)
  func nothingCoversWords(_ seed: Int) throws {
    for direction in [FlowDirection.right, .down] {
      try nothingCoversWords(Self.graph([5, 12, 30, 100][seed % 4], seed: UInt64(seed)), direction)
    }
  }

  private func nothingCoversWords(_ drawing: Drawing, _ direction: FlowDirection) throws {
    let picture = try PlacedDrawing(drawing, direction)
    var boxes = picture.texts.map {
      (words: $0.text, box: $0.box, isInside: $0.role == .symbol || $0.role == .line || $0.role == .detail)
    }
    for index in boxes.indices {
      let first = boxes[index]
      for second in boxes[(index + 1)...] {
        #expect(!meets(first.box, second.box), "'\(first.words)' and '\(second.words)'")
      }
      #expect(first.box.corner.x >= 0 && first.box.corner.x + first.box.width <= picture.width)
      #expect(first.box.corner.y >= 0 && first.box.corner.y + first.box.height <= picture.height)
    }
    boxes.removeAll { $0.isInside }
    for text in boxes {
      for circle in picture.circles {
        let box = PlacedDrawing.Box(
          corner: .init(circle.centre.x - circle.radius, circle.centre.y - circle.radius), width: 2 * circle.radius,
          height: 2 * circle.radius)
        #expect(!meets(text.box, box), "'\(text.words)' and a circle")
      }
      for card in picture.cards { #expect(!meets(text.box, card.box), "'\(text.words)' and a layer") }
      for wire in picture.wires {
        #expect(!wire.points.contains { isInside($0, text.box) }, "a wire crosses '\(text.words)'")
      }
    }
  }

  @Test func boxesOfNodesDoNotMeet() throws {
    for seed in 1...12 {
      let picture = try PlacedDrawing(Self.graph(100, seed: UInt64(seed)), seed % 3 == 0 ? .down : .right)
      let boxes =
        picture.cards.map(\.box)
        + picture.circles.map {
          PlacedDrawing.Box(
            corner: .init($0.centre.x - $0.radius, $0.centre.y - $0.radius), width: 2 * $0.radius,
            height: 2 * $0.radius)
        }
      for (index, first) in boxes.enumerated() {
        for second in boxes[(index + 1)...] { #expect(!meets(first, second)) }
      }
    }
  }

  @Test func writtenFiles() throws {
    let drawing = Self.graph(30, seed: 4)
    let svg = try PlacedDrawing(drawing).svg
    #expect(svg.contains("<title>random &lt;graph&gt; &amp; &quot;words&quot;</title>") && svg.hasSuffix("</svg>\n"))
    #expect(svg.contains("prefers-color-scheme: dark"))
    let dot = drawing.dot
    #expect(dot.hasPrefix("digraph \"random <graph> & \\\"words\\\"\" {\n") && dot.hasSuffix("}\n"))
    #expect(dot.count { $0 == "{" } == dot.count { $0 == "}" })
    #expect(drawing.wires.allSatisfy { dot.contains("n\($0.from) -> n\($0.to)") })
  }

  /// Layers in blocks, as of a residual net: each block reads its input twice.
  private static func blocks(_ shapes: [String]) -> Drawing {
    var drawing = Drawing(title: "deep", nodes: [.init(.source, ["x"])])
    for (index, shape) in shapes.enumerated() {
      let input = drawing.nodes.count - 1
      let group = ["block\(index + 1)"]
      drawing.nodes += [
        .init(.layer, ["conv2d", "2,304 parameters"], groups: group, remark: "\(index)"),
        .init(.layer, ["main", "batchNorm"], groups: group), .init(.layer, ["add"], groups: group),
      ]
      drawing.wires += [
        .init(from: input, to: input + 1, above: shape), .init(from: input + 1, to: input + 2, above: shape),
        .init(from: input + 2, to: input + 3, above: shape), .init(from: input, to: input + 3, above: shape),
      ]
    }
    drawing.nodes.append(.init(.end, []))
    drawing.wires.append(.init(from: drawing.nodes.count - 2, to: drawing.nodes.count - 1, above: shapes.last ?? ""))
    return drawing
  }

  @Test func equalBlocksAreDrawnOnce() throws {
    let drawing = Self.blocks(["16x8x8", "16x8x8", "16x8x8", "32x4x4", "32x4x4"]).folded
    #expect(drawing.nodes.count == 2 + 3 + 3)
    #expect(drawing.nodes[1].groups == ["block1 x 3"] && drawing.nodes[4].groups == ["block4 x 2"])
    #expect(drawing.wires.map(\.from) == [0, 1, 2, 0, 3, 4, 5, 3, 6])
    #expect(drawing.wires.map(\.to) == [1, 2, 3, 3, 4, 5, 6, 6, 7])
    #expect(drawing.folded.nodes == drawing.nodes)
    // A reader beside the next block, or other words, and the blocks stay as they are.
    var tapped = Self.blocks(["8", "8"])
    tapped.nodes.append(.init(.end, []))
    tapped.wires.append(.init(from: 2, to: tapped.nodes.count - 1))
    #expect(tapped.folded.nodes.count == tapped.nodes.count)
    #expect(Self.blocks(["8", "9", "8"]).folded.nodes.count == 11)
  }

  @Test func deepDrawingsRunDown() throws {
    let drawing = Self.blocks((0..<20).map { "\($0)x32x32" })
    let picture = try PlacedDrawing(drawing, mostWidth: 1600)
    #expect(picture.width < 400 && picture.height > picture.width && picture.frames.count == 20)
    #expect(try PlacedDrawing(drawing).width > 1600)
    // No arrow points up.
    for wire in picture.wires where wire.hasArrow {
      let points = ([wire.bend] + wire.rest).suffix(2)
      #expect(points.first.map { $0.y } ?? 0 <= points.last.map { $0.y } ?? 0)
    }
    try nothingCoversWords(drawing, .down)
  }

  /// Groups that lie around each other in a cycle are drawn without frames.
  @Test func cyclesOfGroups() throws {
    var drawing = Drawing(title: "cycle")
    drawing.nodes = [
      .init(.source, ["x"]), .init(.operation, ["+"], groups: ["a"]), .init(.operation, ["+"], groups: ["b"]),
      .init(.operation, ["+"], groups: ["a"]),
    ]
    drawing.wires = [.init(from: 0, to: 1), .init(from: 1, to: 2), .init(from: 2, to: 3)]
    let picture = try PlacedDrawing(drawing)
    #expect(picture.circles.count == 3 && picture.frames.isEmpty)
  }

  private func meets(_ a: PlacedDrawing.Box, _ b: PlacedDrawing.Box) -> Bool {
    a.corner.x < b.corner.x + b.width && b.corner.x < a.corner.x + a.width && a.corner.y < b.corner.y + b.height
      && b.corner.y < a.corner.y + a.height
  }

  private func isInside(_ point: PlacedDrawing.Point, _ box: PlacedDrawing.Box) -> Bool {
    point.x > box.corner.x && point.x < box.corner.x + box.width && point.y > box.corner.y + 1
      && point.y < box.corner.y + box.height - 2
  }
}
