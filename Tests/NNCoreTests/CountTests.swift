import NNKernels
import Testing

@testable import NNCore

@Suite struct CountTests {
  @Test func products() {
    #expect(Count.product(3, 4, 5) == 60)
    #expect(Count.product(Int.max, Int.max) == Count.largest)
    #expect(Count.product(Int.max, 0, Int.max) == 0)
    #expect(Count.product(1 << 57, 2) == Count.largest && Count.product(1 << 57, 1) == 1 << 57)
  }

  @Test func sums() {
    #expect(Count.sum(1, 2, 3) == 6)
    #expect(Count.sum(Int.max, Int.max) == Count.largest)
    #expect(Count.sum([Int](repeating: Count.largest, count: 100)) == Count.largest)
    #expect(Count.text(1234) == "1,234" && Count.text(Count.largest).hasPrefix("over "))
  }

  /// Both ways of placing keep apart what is alive at the same time.
  @Test(arguments: [3, 40, 400])
  func placement(_ count: Int) {
    typealias Block = ExecutionPlan.Block
    let random = RandomStream(key: UInt64(count))
    let blocks = (0..<count).map { index in
      let place = UInt64(4 * index)
      let first = random.integer(below: 100, at: place)
      return Block(
        size: 16 * random.integer(below: 50, at: place + 1), first: first,
        last: first + random.integer(below: 30, at: place + 2))
    }
    for isClose in [true, false] {
      var span = 0
      let offsets = isClose ? Block.placedClosely(blocks, span: &span) : Block.placedInOrder(blocks, span: &span)
      for i in 0..<count {
        #expect(offsets[i] >= 0 && offsets[i] % 16 == 0 && offsets[i] + blocks[i].size <= span)
        for j in 0..<i where blocks[i].first <= blocks[j].last && blocks[j].first <= blocks[i].last {
          #expect(
            offsets[i] + blocks[i].size <= offsets[j] || offsets[j] + blocks[j].size <= offsets[i]
              || blocks[i].size == 0 || blocks[j].size == 0)
        }
      }
      let alive =
        (0..<130).map { time in
          blocks.reduce(0) { $0 + ($1.first <= time && time <= $1.last ? $1.size : 0) }
        }.max() ?? 0
      #expect(span >= alive && span <= 3 * alive + 1000)
    }
  }

  /// What is too large for any machine has a largest place, and no sum traps.
  @Test func placesThatDoNotFit() {
    typealias Block = ExecutionPlan.Block
    let blocks = (0..<50).map { _ in Block(size: Count.largest, first: 0, last: 1) }
    for isClose in [true, false] {
      var span = 0
      _ = isClose ? Block.placedClosely(blocks, span: &span) : Block.placedInOrder(blocks, span: &span)
      #expect(span == Count.largest)
    }
  }

  /// The estimate without a plan is never below the plan.
  @Test func estimates() throws {
    for isTrained in [true, false] {
      var definition = NetworkDefinition(name: "m")
      try definition.input("x", shape: Shape(7))
      for units in 1...5 {
        try definition.add(Linear(units: units))
        try definition.add(Elementwise(.tanh))
      }
      let plan = try NetworkPlan(definition)
      let options = NetworkOptions(isTrained: isTrained, keepsEverything: true, wantsInputGradients: true)
      let memory = NetworkMemory(plan, batch: 3, options: options, scalarSize: 4)
      #expect(NetworkMemory.atMost(plan, batch: 3, options: options, scalarSize: 4) >= memory.total)
    }
  }
}
