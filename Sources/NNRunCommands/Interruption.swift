#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif
import Synchronization

/// Ctrl-C as a flag that a training asks for between steps. That its terminal was closed does not end a training.
enum Interruption {
  /// Signal handlers may touch nothing but such a flag.
  private static let flag = Atomic<Bool>(false)

  /// From now on Ctrl-C (and a polite request to end) only sets the flag; a second one ends the program at once.
  static func install() {
    // Whoever started this program may have left them blocked.
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGINT)
    sigaddset(&signals, SIGTERM)
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    signal(SIGHUP, SIG_IGN)
    for number in [SIGINT, SIGTERM] {
      signal(number) { number in
        Interruption.flag.store(true, ordering: .relaxed)
        signal(number, SIG_DFL)
      }
    }
  }

  /// Whether the user asked to stop.
  static var isRequested: Bool { flag.load(ordering: .relaxed) }
}
