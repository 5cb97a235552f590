/// The two words that a non-escaping closure consists of: its code and its context.
///
/// A pool's threads call a closure that lives on the caller's stack while the caller waits for them.
/// `withoutActuallyEscaping` would say so but puts a box on the heap in every call, and the language has no other way
/// to hand a non-escaping closure to a thread; so its two words travel as two integers. A closure parameter and a
/// structure of two integers are passed alike, which makes a function that takes the one callable as a function that
/// takes the other; nothing ever retains the words. The functions are converted inside of structures: converted by
/// themselves they would be wrapped in thunks that allocate.
struct ClosureWords: BitwiseCopyable, Sendable {
  var code: Int
  var context: Int
}

/// Functions seen with a closure where they take words, and the other way around.
struct ClosureTransport: Sendable {
  typealias Body = (_ chunk: Int, _ worker: Int) -> Void

  private struct SendWords {
    let function: @Sendable (ParallelRegion, Int, ClosureWords) -> Void
  }

  private struct SendBody {
    let function: @Sendable (ParallelRegion, Int, Body) -> Void
  }

  private struct CallBody {
    let function: @Sendable (Body, Int, Int) -> Void
  }

  private struct CallWords {
    let function: @Sendable (ClosureWords, Int, Int) -> Void
  }

  private let sender: SendBody
  private let caller: CallWords

  static let shared = ClosureTransport()

  private init() {
    let words = SendWords { board, chunks, words in board.run(chunks: chunks, words: words) }
    sender = unsafeBitCast(words, to: SendBody.self)
    let body = CallBody { body, chunk, worker in body(chunk, worker) }
    caller = unsafeBitCast(body, to: CallWords.self)
  }

  /// Calls `ParallelRegion.run(chunks:words:)` with the words of `body`.
  func send(_ board: ParallelRegion, _ chunks: Int, _ body: Body) { sender.function(board, chunks, body) }

  /// Calls the closure that `words` are.
  func call(_ words: ClosureWords, _ chunk: Int, _ worker: Int) { caller.function(words, chunk, worker) }
}
