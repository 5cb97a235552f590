/// Processes that work on one task and exchange arrays, numbered by their rank.
///
/// A provider brings `exchange` and `abort`; everything else is made of them here, so that the order of additions is the
/// same with all of them. One thread at a time may call it, and all processes make the same calls in the same order.
package protocol Collectives: AnyObject {
  /// This process's number, from 0.
  var rank: Int { get }
  /// The number of processes: a power of two.
  var size: Int { get }
  /// Whether messages wait for a network rather than for a processor of this machine, so that it pays to compute meanwhile.
  var isOverNetwork: Bool { get }
  /// Sends bytes to another process, and receives as many as that one sends. Either may be empty.
  ///
  /// Throws a `CollectiveFailure`: the other one did not answer in time, or the connection broke.
  func exchange(with peer: Int, send: UnsafeRawBufferPointer, receive: UnsafeMutableRawBufferPointer) throws
  /// Ends all processes at once.
  func abort(code: Int32)
}

/// Why processes cannot go on together.
package enum CollectiveFailure: Error, Hashable {
  /// A process did not answer within so many seconds.
  case noAnswer(rank: Int, seconds: Double)
  /// The library that carries messages failed at an exchange with a process.
  case broken(rank: Int, reason: String)
}
