/// The two words that a non-escaping closure consists of: its code and its context.
///
/// A pool's threads call a closure that lives on the caller's stack while the caller waits for them.
/// `withoutActuallyEscaping` would say so but puts a box on the heap in every call, and the language has no other way
/// to hand a non-escaping closure to a thread; so its two words travel as two integers. A closure parameter and a
/// structure of two integers are passed alike, which makes a function that takes the one callable as a function that
/// takes the other; nothing ever retains the words. The two conversions are made once, since each makes a thunk.
struct ClosureWords: BitwiseCopyable, Sendable {
  var code: Int
  var context: Int
}

/// Functions seen with a closure where they take words, and the other way around.
struct ClosureTransport: Sendable {
  typealias Body = (_ chunk: Int, _ worker: Int) -> Void

  /// Calls `WorkBoard.run(chunks:words:)` with the words of a closure.
  let send: @Sendable (WorkBoard, Int, Body) -> Void
  /// Calls a closure that is given by its words.
  let call: @Sendable (ClosureWords, Int, Int) -> Void

  static let shared = ClosureTransport()

  private init() {
    let receive: @Sendable (WorkBoard, Int, ClosureWords) -> Void = { board, chunks, words in
      board.run(chunks: chunks, words: words)
    }
    send = unsafeBitCast(receive, to: (@Sendable (WorkBoard, Int, Body) -> Void).self)
    let invoke: @Sendable (Body, Int, Int) -> Void = { body, chunk, worker in body(chunk, worker) }
    call = unsafeBitCast(invoke, to: (@Sendable (ClosureWords, Int, Int) -> Void).self)
  }
}
