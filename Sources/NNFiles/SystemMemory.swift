#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif
import NNCore
import NNText

/// The memory that this process can still get: what the machine has free, within the limits set for the process.
public enum SystemMemory {
  /// Bytes below which nobody asks the system.
  static let small = 64 << 20

  /// Throws a `DiagnosticError` with the need and what there is, unless so many bytes can be had. Small needs are not
  /// looked at.
  ///
  /// - Parameters:
  ///   - need: bytes.
  ///   - what: what needs them, as the beginning of a sentence.
  ///   - parts: what they are made of.
  ///   - place: where the cause stands.
  public static func require(
    _ need: Int, for what: String, parts: String? = nil, remedy: String? = nil, place: SourcePlace? = nil
  ) throws(DiagnosticError) {
    guard need > small, let available, need > available else { return }
    throw DiagnosticError(
      code: "not-enough-memory",
      "\(what) needs \(byteText(need)) of memory" + (parts.map { " (\($0))" } ?? "")
        + ", but \(byteText(available)) are free",
      remedy: remedy, place: place)
  }

  /// The same about a file that is to be read.
  public static func require(_ need: Int, reading file: String) throws(DiagnosticError) {
    try require(need, for: "reading it", place: SourcePlace(file: file, line: 0, column: 0))
  }

  /// Bytes that this process can still plan with; nil if the system does not say.
  static var available: Int? {
    [freeOnMachine, leftInAddressSpace, leftInGroup].compactMap { $0 }.min().map { free in
      // Threads, kernels and texts take some that nobody plans.
      max(0, free - min(unplanned, free / 4))
    }
  }

  /// Bytes that are left to what nobody plans.
  private static let unplanned = 192 << 20

  #if canImport(Glibc)
    /// Free memory, what caches hold included, and swap space.
    private static var freeOnMachine: Int? {
      guard let table = numbers("/proc/meminfo"), let free = table["MemAvailable:"] else { return nil }
      return 1024 * (free + (table["SwapFree:"] ?? 0))
    }

    /// What `ulimit -v` leaves.
    private static var leftInAddressSpace: Int? {
      var limit = rlimit()
      guard getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0, limit.rlim_cur < rlim_t(Int.max),
        let taken = numbers("/proc/self/status")?["VmSize:"]
      else { return nil }
      return Int(limit.rlim_cur) - 1024 * taken
    }

    /// What the control groups of the process, versions 1 and 2, leave.
    private static var leftInGroup: Int? {
      guard let groups = text("/proc/self/cgroup") else { return nil }
      var least: Int?
      for line in groups.split(separator: "\n") {
        let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3 else { continue }
        let isSecondVersion = parts[0] == "0" && parts[1].isEmpty
        guard isSecondVersion || parts[1].split(separator: ",").contains("memory") else { continue }
        let root = isSecondVersion ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory"
        var path = parts[2].split(separator: "/")
        // The limit of every group around the process counts.
        while true {
          let folder = root + path.map { "/" + $0 }.joined()
          if let left = left(in: folder, isSecondVersion) { least = min(least ?? left, left) }
          if path.popLast() == nil { break }
        }
      }
      return least
    }

    private static func left(in folder: String, _ isSecondVersion: Bool) -> Int? {
      let names =
        isSecondVersion
        ? ("memory.max", "memory.current", "inactive_file")
        : ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
      guard let limit = number(folder + "/" + names.0), let taken = number(folder + "/" + names.1) else { return nil }
      // Pages of files that nobody uses are given up when memory is short.
      let cached = numbers(folder + "/memory.stat")?[Substring(names.2)] ?? 0
      return limit - max(0, taken - cached)
    }

    private static func text(_ path: String) -> String? {
      (try? FileReading.bytes(path, limit: 1 << 20)).map { String(decoding: $0, as: UTF8.self) }
    }

    /// A file that holds one number; nil if it holds a word, such as `max`.
    private static func number(_ path: String) -> Int? { text(path).flatMap { Int($0.trimmingWhitespace) } }

    /// The lines of a file that are a word and a number.
    private static func numbers(_ path: String) -> [Substring: Int]? {
      guard let text = text(path) else { return nil }
      var table: [Substring: Int] = [:]
      for line in text.split(separator: "\n") {
        let words = line.split { $0 == " " || $0 == "\t" }
        if words.count >= 2, let number = Int(words[1]) { table[words[0]] = number }
      }
      return table
    }
  #else
    /// The machine's memory: the system gives memory of other programs to disk when it is asked for more.
    private static var freeOnMachine: Int? {
      var size: UInt64 = 0
      var length = MemoryLayout<UInt64>.size
      return sysctlbyname("hw.memsize", &size, &length, nil, 0) == 0 ? Int(clamping: size) : nil
    }

    private static var leftInAddressSpace: Int? { nil }
    private static var leftInGroup: Int? { nil }
  #endif
}

extension NetworkMemory {
  /// Throws a `DiagnosticError` unless the memory of a planned net can be had; see `SystemMemory`.
  ///
  /// - Parameters:
  ///   - file: the model file or file of weights.
  ///   - extra: bytes that are taken besides the net's own, such as copies of its parameters.
  public static func require(
    _ plan: NetworkPlan, batch: Int, options: NetworkOptions, scalarSize: Int, extra: Int = 0, file: String? = nil
  ) throws(DiagnosticError) {
    // What the layers need if nothing shares memory is quickly known, and little for most nets.
    let most = atMost(plan, batch: batch, options: options, scalarSize: scalarSize)
    guard Count.sum(most, extra) > SystemMemory.small else { return }
    let memory = NetworkMemory(plan, batch: batch, options: options, scalarSize: scalarSize)
    try SystemMemory.require(
      Count.sum(memory.total, extra), for: "the net",
      parts: "parameters \(byteText(memory.parameters)), between the layers \(byteText(memory.arena)) for "
        + "batches of \(batch)",
      remedy: "make layers or batches smaller, or use a machine with more memory",
      place: file.map { SourcePlace(file: $0, line: 0, column: 0) })
  }
}
