import Foundation

@testable import NNCollectives

/// Collectives over threads of one process.
final class ThreadCollectives: Collectives {
  /// Where messages wait for the one that they are for.
  final class Board: @unchecked Sendable {
    private let condition = NSCondition()
    private var messages: [Int: [[UInt8]]] = [:]

    func put(_ bytes: [UInt8], _ place: Int) {
      condition.lock()
      messages[place, default: []].append(bytes)
      condition.broadcast()
      condition.unlock()
    }

    func take(_ place: Int, seconds: Double) -> [UInt8]? {
      condition.lock()
      defer { condition.unlock() }
      let deadline = Date(timeIntervalSinceNow: seconds)
      while messages[place, default: []].isEmpty {
        if !condition.wait(until: deadline) { return nil }
      }
      return messages[place]?.removeFirst()
    }
  }

  let rank: Int
  let size: Int
  var isOverNetwork = false
  private let board: Board

  init(_ rank: Int, of size: Int, _ board: Board) { (self.rank, self.size, self.board) = (rank, size, board) }

  func exchange(with peer: Int, send: UnsafeRawBufferPointer, receive: UnsafeMutableRawBufferPointer) throws {
    board.put(Array(send), rank * size + peer)
    guard let bytes = board.take(peer * size + rank, seconds: 20) else {
      throw CollectiveFailure.noAnswer(rank: peer, seconds: 20)
    }
    guard bytes.count == receive.count else { throw CollectiveFailure.broken(rank: peer, reason: "length") }
    receive.copyBytes(from: bytes)
  }

  func abort(code: Int32) {}

  /// Runs `body` on as many threads as there are ranks, and returns what each gives.
  static func run<Result: Sendable>(
    _ size: Int, _ body: @escaping @Sendable (ThreadCollectives) throws -> Result
  ) throws -> [Result] {
    let (board, results) = (Board(), Results<Result>())
    let group = DispatchGroup()
    for rank in 0..<size {
      group.enter()
      Thread.detachNewThread {
        let result = Swift.Result { try body(ThreadCollectives(rank, of: size, board)) }
        results.lock.withLock { results.values[rank] = result }
        group.leave()
      }
    }
    group.wait()
    return try (0..<size).compactMap { try results.values[$0]?.get() }
  }
}

/// What the threads have given.
private final class Results<Value>: @unchecked Sendable {
  let lock = NSLock()
  var values: [Int: Result<Value, any Error>] = [:]
}
