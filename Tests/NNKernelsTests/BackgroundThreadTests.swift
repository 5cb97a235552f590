import NNKernels
import Synchronization
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

struct BackgroundThreadTests {
  /// Whatever was asked for is done once: by the thread, or by the owner to whom it was given back.
  @Test func everyPieceOnce() throws {
    let byThread = Atomic<Int>(0)
    let total = Storage<Int>(count: 1)
    let thread = try #require(
      BackgroundThread {
        total.buffer[0] += 1
        byThread.add(1, ordering: .relaxed)
      })
    var byOwner = 0
    var isLate = false
    for round in 1...20_000 where !isLate {
      let before = byThread.load(ordering: .relaxed)
      func isDone() -> Bool { byThread.load(ordering: .relaxed) != before }
      thread.begin()
      // From no time at all, where the thread has not woken up, to as long as it takes, however busy the machine is: a
      // thread that is not woken would be late by any measure.
      var patience = round % 7 * 500
      while patience > 0, !isDone() { patience -= 1 }
      if round % 500 == 0 {
        var milliseconds = 20_000
        while milliseconds > 0, !isDone() {
          usleep(1000)
          milliseconds -= 1
        }
        isLate = !isDone()
      }
      if !thread.fetch() {
        total.buffer[0] += 1
        byOwner += 1
      }
      guard total.buffer[0] == round else { break }
    }
    #expect(!isLate)
    #expect(total.buffer[0] == 20_000)
    #expect(byOwner + byThread.load(ordering: .relaxed) == 20_000)
    #expect(byThread.load(ordering: .relaxed) >= 40)
  }

  /// Threads end wherever they are: never asked, asked, at work, done.
  @Test func threadsComeAndGo() throws {
    for round in 0..<200 {
      let count = Atomic<Int>(0)
      do {
        let thread = try #require(BackgroundThread { count.add(1, ordering: .relaxed) })
        if round % 4 > 0 { thread.begin() }
        if round % 4 > 1 { while count.load(ordering: .relaxed) == 0 {} }
        if round % 4 == 3 { _ = thread.fetch() }
      }
      let atTheEnd = count.load(ordering: .relaxed)
      #expect(atTheEnd <= 1)
    }
  }

  /// Work that takes long is waited for.
  @Test func longWork() throws {
    let sum = Storage<Double>(count: 1)
    let hasBegun = Atomic<Bool>(false)
    let thread = try #require(
      BackgroundThread {
        hasBegun.store(true, ordering: .releasing)
        for i in 0..<3_000_000 { sum.buffer[0] += Double(i) }
      })
    thread.begin()
    while !hasBegun.load(ordering: .acquiring) {}
    #expect(thread.fetch())
    #expect(sum.buffer[0] == 2_999_999.0 * 1_500_000)
  }
}
