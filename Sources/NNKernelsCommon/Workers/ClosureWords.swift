/// The two machine words of a non-escaping closure: code pointer and context pointer.
///
/// The pool's threads call a closure that lives on the caller's stack while the caller waits for them. Swift has no type
/// for a non-escaping closure that is stored, and `withoutActuallyEscaping` allocates a context on the heap in each call.
/// The two words therefore travel as two integers, which nothing retains. A closure parameter and a structure of two
/// integers are passed in the same registers, so a function that takes the one can be called as a function that takes the
/// other. The functions are bit-cast as members of structures: a bare function value would be wrapped in a thunk that
/// allocates.
struct ClosureWords: BitwiseCopyable, Sendable {
  var code: Int
  var context: Int
}

/// Functions whose closure parameter is reinterpreted as `ClosureWords`, and the reverse.
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
    let words = SendWords { region, chunks, words in region.run(chunks: chunks, words: words) }
    sender = unsafeBitCast(words, to: SendBody.self)
    let body = CallBody { body, chunk, worker in body(chunk, worker) }
    caller = unsafeBitCast(body, to: CallWords.self)
  }

  /// Calls `ParallelRegion.run(chunks:words:)` with the words of `body`.
  func send(_ region: ParallelRegion, _ chunks: Int, _ body: Body) { sender.function(region, chunks, body) }

  /// Calls the closure that `words` stand for.
  func call(_ words: ClosureWords, _ chunk: Int, _ worker: Int) { caller.function(words, chunk, worker) }
}
