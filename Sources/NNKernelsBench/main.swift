import NNKernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

func now() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_MONOTONIC, &time)
  return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
}

/// The best of several rounds' seconds per call.
func seconds(_ body: () -> Void) -> Double {
  body()
  var count = 1
  while true {
    let start = now()
    for _ in 0..<count { body() }
    if now() - start > 0.02 { break }
    count *= 2
  }
  var best = Double.infinity
  for _ in 0..<7 {
    let start = now()
    for _ in 0..<count { body() }
    best = min(best, (now() - start) / Double(count))
  }
  return best
}

let threads = CommandLine.arguments.count > 1 ? Int(CommandLine.arguments[1]) ?? 1 : 1
let shapes: [(Int, Int, Int)] = [
  (256, 256, 256), (512, 512, 512), (1024, 1024, 1024), (2048, 2048, 2048), (64, 100, 784), (64, 784, 100),
  (100, 784, 64), (64, 512, 784), (512, 784, 64), (64, 512, 512), (512, 512, 64), (64, 10, 512), (10, 512, 64),
  (64, 512, 10),
  (64, 10, 100), (10, 100, 64), (64, 100, 10), (64, 100, 1000), (100, 1000, 64), (64, 100, 3072), (100, 3072, 64),
  (1, 100, 784), (1, 10, 100),
]
let pool = WorkerPool(threads: threads)
let tables = KernelLevel.available.compactMap { KernelTable.of($0) }
for table in tables {
  var operations = 0
  let time = seconds { operations = table.spendOperations(100_000) }
  print("peak", table.level, Double(operations) / time * 1e-9)
}
let forkJoin = seconds { pool.run(chunks: threads) { _ in } }
print("fork-join ns", forkJoin * 1e9)
for (m, n, k) in shapes {
  let a = Storage<Float>(count: m * k)
  let b = Storage<Float>(count: k * n)
  let c = Storage<Float>(count: m * n)
  a.buffer.fill(0.5)
  b.buffer.fill(0.25)
  for (ta, tb) in [(false, false), (false, true), (true, false)] {
    let p = MatrixProduct(rows: m, columns: n, inner: k, transposeA: ta, transposeB: tb)
    var line = "\(m)x\(n)x\(k) \(ta ? "T" : "N")\(tb ? "T" : "N")"
    for table in tables {
      let time = seconds { table.multiply(p, a.buffer, b.buffer, c.buffer, Epilogue(), pool) }
      line += "  \(table.level) \((Double(p.operations) / time * 1e-8).rounded() / 10)"
    }
    print(line)
  }
}
