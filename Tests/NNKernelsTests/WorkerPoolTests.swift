import NNKernels
import Synchronization
import Testing

struct WorkerPoolTests {
  @Test(arguments: 1...4)
  func everyChunkOnce(threads: Int) {
    let workers = WorkerPool(threads: threads)
    for chunks in [0, 1, 2, 3, 7, 64, 1000, 65_535, 65_536, 200_001] {
      let counts = Storage<Int>(count: chunks)
      workers.run(chunks: chunks) { counts.buffer[$0] += 1 }
      #expect(counts.buffer.array == Array(repeating: 1, count: chunks))
    }
  }

  @Test func rangesCoverAll() {
    let workers = WorkerPool(threads: 3)
    for (count, grain) in [(0, 1), (1, 1), (63, 1), (64, 1), (1000, 1), (1000, 300), (5, 100)] {
      let counts = Storage<Int>(count: count)
      let ranges = Atomic<Int>(0)
      workers.run(count: count, grain: grain) { range in
        for i in range { counts.buffer[i] += 1 }
        ranges.add(1, ordering: .relaxed)
      }
      #expect(counts.buffer.array == Array(repeating: 1, count: count))
      #expect(ranges.load(ordering: .relaxed) <= 64)
    }
  }

  /// A thread that does not come back to its share leaves it to the others.
  @Test func sharesAreTakenOver() {
    let workers = WorkerPool(threads: 2)
    let finished = Atomic<Int>(0)
    let isLate = Atomic<Bool>(false)
    for _ in 0..<50 {
      finished.store(0, ordering: .relaxed)
      workers.run(chunks: 64) { _, worker in
        let start = ContinuousClock.now
        while worker == 1, finished.load(ordering: .relaxed) < 63 {
          guard start.duration(to: .now) > .seconds(20) else { continue }
          isLate.store(true, ordering: .relaxed)
          break
        }
        finished.add(1, ordering: .relaxed)
      }
    }
    let wasLate = isLate.load(ordering: .relaxed)
    #expect(!wasLate)
  }

  /// A thread that is kept from its chunk for long makes the caller work alone for a while, and only for a while.
  @Test func lateThreadsAreLeftOut() {
    let workers = WorkerPool(threads: 2)
    var isAlone = false
    let start = ContinuousClock.now
    while !isAlone, start.duration(to: .now) < .seconds(20) {
      let isLate = Atomic<Bool>(false)
      workers.run(chunks: 2) { _, worker in
        let start = ContinuousClock.now
        guard worker == 1 else { return }
        isLate.store(true, ordering: .relaxed)
        while start.duration(to: .now) < .milliseconds(30) {}
      }
      guard isLate.load(ordering: .relaxed) else { continue }
      isAlone = true
      workers.run(chunks: 64) { _, worker in
        let start = ContinuousClock.now
        while start.duration(to: .now) < .microseconds(1) {}
        if worker != 0 { isLate.store(false, ordering: .relaxed) }
      }
      isAlone = isLate.load(ordering: .relaxed)
    }
    #expect(isAlone || WorkerPool.processors < 2)
    let isBack = Atomic<Bool>(false)
    while !isBack.load(ordering: .relaxed), start.duration(to: .now) < .seconds(40) {
      workers.run(chunks: 64) { _, worker in
        let start = ContinuousClock.now
        while start.duration(to: .now) < .microseconds(20) {}
        if worker != 0 { isBack.store(true, ordering: .relaxed) }
      }
    }
    let came = isBack.load(ordering: .relaxed)
    #expect(came)
  }

  @Test func nestedRunsAreSerial() {
    let workers = WorkerPool(threads: 4)
    let sums = Storage<Int>(count: 100)
    for _ in 0..<20 {
      workers.run(chunks: 100) { outer, worker in
        workers.run(chunks: 10) { inner, innerWorker in
          sums.buffer[outer] += inner
          if innerWorker != worker { sums.buffer[outer] = -1_000_000 }
        }
      }
    }
    #expect(sums.buffer.array == Array(repeating: 20 * 45, count: 100))
  }

  @Test func manyShortRuns() {
    let workers = WorkerPool(threads: 2)
    let total = Atomic<Int>(0)
    for _ in 0..<20_000 { workers.run(chunks: 3) { total.add($0, ordering: .relaxed) } }
    #expect(total.load(ordering: .relaxed) == 60_000)
  }

  @Test func poolsComeAndGo() {
    for threads in 0..<60 {
      let workers = WorkerPool(threads: threads % 6)
      let total = Atomic<Int>(0)
      workers.run(chunks: 5) { total.add($0, ordering: .relaxed) }
      #expect(total.load(ordering: .relaxed) == 10)
    }
  }
}
