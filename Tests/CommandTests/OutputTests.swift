import Foundation
import Testing

/// Where results go: nothing is lost without a word, and nothing is destroyed that was not meant.
@Suite struct OutputTests {
  #if os(Linux)
    /// Every way in which a command prints its result, onto a disk that is full.
    @Test func fullDisk() throws {
      let place = try Workplace()
      #expect(try place.train() == "run/weights.safetensors")
      try place.write((0..<3).map { "1,2,3,4,5,6,7,8,9,10,11,12,\($0)\n" }.joined(), to: "labelled.csv")
      let commands = [
        "$NNRUN predict run/weights.safetensors rows.csv", "$NNINFER run/weights.safetensors rows.csv",
        "$NNRUN predict run/weights.safetensors rows.csv --format npy", "$NNRUN train small.xml -q --output run2",
        "$NNRUN train small.xml -q --output run3 --json",
        "$NNRUN train small.xml -q --output run4 --require accuracy=1.5",
        "$NNRUN evaluate run/weights.safetensors --data labelled.csv --json",
        "$NNRUN evaluate run/weights.safetensors --data labelled.csv --require accuracy=0",
        "$NNRUN check small.xml", "$NNRUN check small.xml --expanded", "$NNRUN check --explain duplicate-name",
        "$NNRUN summary small.xml", "$NNRUN init small.xml --output new.safetensors", "$NNRUN explain --expression 1+2",
        "$NNRUN graph small.xml", "$NNRUN gradcheck small.xml", "$NNRUN layers", "$NNRUN layers dense",
        "$NNRUN layers gelu --plot", "$NNRUN layers --markdown", "$NNRUN schema",
        "$NNRUN weights verify run/weights.safetensors", "$NNRUN weights inspect run/weights.safetensors",
        "$NNRUN weights diff run/weights.safetensors run/last.safetensors",
        "$NNRUN bench small.xml --mode infer --batch 1", "$NNRUN completion bash", "$NNRUN version", "$NNRUN --help",
        "$NNRUN train --help", "$NNRUN help train", "$NNINFER --help",
      ]
      for command in commands {
        let result = try place.shell("\(command) > /dev/full")
        #expect(result.code == 74, "\(command): \(result)")
        #expect(
          result.messages.contains("standard output: error: writing failed: no space left on device"),
          "\(command): \(result)")
      }
    }

    @Test func closedOutput() throws {
      let place = try Workplace()
      let weights = try place.train()
      let result = try place.shell("$NNRUN predict \(weights) rows.csv >&-")
      #expect(result.code == 74 && result.messages.contains("bad file descriptor"), "\(result)")
      // A file that is written must not take the place of the stream, and get its text.
      #expect(try place.shell("$NNRUN init small.xml --output new.safetensors >&- 2>&-").code == 74)
      #expect(try place.run("weights", "verify", "new.safetensors").code == 0)
      #expect(try place.shell("$NNRUN predict \(weights) - <&-").code == 74)
    }

    @Test func devices() throws {
      let place = try Workplace()
      let weights = try place.train()
      // Only an administrator may make devices; everybody else cannot destroy one.
      let isMade = try place.shell("mknod null c 1 3 2>&1").code == 0
      if isMade {
        #expect(try place.shell("$NNRUN predict \(weights) rows.csv --output null && test -c null").code == 0)
        #expect(try place.shell("$NNRUN init small.xml --output null && test -c null").code == 0)
      }
      let full = try place.run("predict", weights, "rows.csv", "--output", "/dev/full")
      #expect(full.code == 74 && full.messages.contains("/dev/full: error: writing failed: no space"), "\(full)")
    }

    @Test func standardOutputByName() throws {
      let place = try Workplace()
      let weights = try place.train()
      let plain = try place.run("predict", weights, "rows.csv").output
      #expect(try place.run("predict", weights, "rows.csv", "--output", "/dev/stdout").output == plain)
      let piped = try place.shell("$NNRUN predict \(weights) rows.csv --output /dev/stdout | cat")
      #expect(piped.output == plain)
      // What stands in a redirected file before and after stays.
      let appended = try place.shell(
        "(echo before; $NNRUN predict \(weights) rows.csv --output /dev/fd/1; echo after) > all.txt; cat all.txt")
      #expect(appended.output == "before\n\(plain)after\n")
      let stranger = try place.shell(
        "chmod 777 .; setpriv --reuid=65534 --regid=65534 --clear-groups"
          + " $NNRUN predict \(weights) rows.csv --output /dev/stdout | cat")
      if geteuid() == 0, !stranger.messages.contains("setpriv") {
        #expect(stranger.output == plain, "\(stranger.messages)")
      }
    }
  #endif

  @Test func pipes() throws {
    let place = try Workplace()
    let weights = try place.train()
    let plain = try place.run("predict", weights, "rows.csv").output
    let result = try place.shell(
      "mkfifo pipe; cat pipe > got.txt & $NNRUN predict \(weights) rows.csv --output pipe; wait; test -p pipe; cat got.txt"
    )
    #expect(result.output == plain)
  }

  @Test func linksAndModes() throws {
    let place = try Workplace()
    let weights = try place.train()
    let plain = try place.run("predict", weights, "rows.csv").output
    func predict(_ output: String) throws -> Tool.Result {
      try place.shell("$NNRUN predict \(weights) rows.csv --output \(output)")
    }
    #expect(try place.shell("mkdir deep; echo old > deep/real; ln -s deep/real link; ln -s link twice").code == 0)
    #expect(try predict("twice").code == 0)
    #expect(try place.shell("test -L twice && test -L link && cat deep/real").output == plain)
    #expect(try place.shell("ln -s deep/new dangling").code == 0)
    #expect(try predict("dangling").code == 0)
    #expect(try place.shell("test -L dangling && cat deep/new").output == plain)
    #expect(try place.shell("ln -s loop2 loop; ln -s loop loop2").code == 0)
    #expect(try predict("loop").code == 73)

    #expect(try place.shell("echo secret > s; chmod 604 s").code == 0)
    #expect(try predict("s").code == 0)
    #expect(try place.shell("ls -l s").output.hasPrefix("-rw----r--"))
    #expect(try place.shell("umask 027; $NNRUN predict \(weights) rows.csv --output u").code == 0)
    #expect(try place.shell("ls -l u").output.hasPrefix("-rw-r-----"))
    if geteuid() == 0 {
      #expect(try place.shell("echo old > o; chown 65534:65533 o").code == 0)
      #expect(try predict("o").code == 0)
      #expect(try place.shell("ls -ln o").output.contains(" 65534 "))
      #expect(try place.shell("ls -ln o").output.contains(" 65533 "))
    }
  }

  @Test func refusals() throws {
    let place = try Workplace()
    let weights = try place.train()
    let folder = try place.run("predict", weights, "rows.csv", "--output", "run")
    #expect(folder.code == 73 && folder.messages.contains("run: error: this is a folder, not a file"), "\(folder)")
    let new = try place.run("predict", weights, "rows.csv", "--output", "new/")
    #expect(new.code == 73 && new.messages.contains("this is a folder"), "\(new)")
    let missing = try place.run("predict", weights, "rows.csv", "--output", "none/p.csv")
    #expect(missing.code == 73 && missing.messages.contains("there is no folder none"), "\(missing)")
    #expect(try place.run("predict", weights, "rows.csv", "--output", "").code == 73)
    let limited = try place.shell("ulimit -f 0; $NNRUN weights pack p.safetensors a=run/a.npy 2>&1")
    #expect(limited.code != 0)
  }

  /// A limit on the size of files is an error of the write, not the end of the program.
  @Test(.enabled(if: !Tool.isSanitized)) func sizeLimit() throws {
    let place = try Workplace()
    try place.write(
      """
      <model xmlns="urn:nnrun:model:1" name="wide">
        <network><input name="x" shape="100"/><dense name="fc" units="100"/></network>
      </model>
      """, to: "wide.xml")
    let result = try place.shell("ulimit -f 4; $NNRUN init wide.xml --output w.safetensors")
    #expect(result.code == 74)
    #expect(
      result.messages.contains("w.safetensors: error: writing failed: file too large; raise the limit"), "\(result)")
    #expect(try place.shell("ls").output == "wide.xml\n")
  }

  @Test func readersThatGoAway() throws {
    let place = try Workplace()
    let weights = try place.train()
    let result = try place.shell(
      "($NNRUN layers --markdown; echo $? > code.txt) | head -c 1 > head.txt;"
        + " ($NNRUN predict \(weights) rows.csv --output /dev/stdout; echo $? > code2.txt) | true; cat code.txt code2.txt"
    )
    #expect(result.output == "0\n0\n" && result.messages == "", "\(result)")
    // A verdict stays what it is.
    try place.write((0..<3).map { "1,2,3,4,5,6,7,8,9,10,11,12,\($0)\n" }.joined(), to: "labelled.csv")
    let verdict = try place.shell(
      "(sleep 0.2; $NNRUN evaluate \(weights) --data labelled.csv --require accuracy=1.5; echo $? > code.txt) | true;"
        + " cat code.txt")
    #expect(verdict.output == "1\n")
  }

  /// Whoever reads a training's progress may go; the training goes on.
  @Test func logReaderGone() throws {
    let place = try Workplace()
    try place.writeModel(epochs: 400)
    let result = try place.shell(
      "($NNRUN train small.xml --every 1 --output run 2>&1; echo $? > code.txt) | head -1; cat code.txt")
    #expect(result.output == "small\n0\n", "\(result)")
    #expect(try place.text("run/metrics.jsonl").split(separator: "\n").count == 400)
    #expect(place.exists("run/weights.safetensors") && place.exists("run/report.html"))
  }

  @Test func closedTerminal() throws {
    let place = try Workplace()
    try place.writeModel(epochs: 3000)
    let training = try Tool.start("nnrun", ["train", "small.xml", "-q", "--output", "run"], in: place.url)
    while !place.exists("run/checkpoint.safetensors"), training.isRunning { usleep(1000) }
    usleep(20_000)
    kill(training.processIdentifier, SIGHUP)
    training.waitUntilExit()
    #expect(training.terminationReason == .exit && training.terminationStatus == 0)
    #expect(place.exists("run/weights.safetensors"))
  }

  @Test func newFilesReplaceNothing() throws {
    let place = try Workplace()
    let weights = try place.train()
    let before = try place.data(weights)
    let refused = try place.run("init", "small.xml", "--output", weights)
    #expect(refused.code == 73, "\(refused)")
    #expect(refused.messages.contains("is there already; name another file, or replace it with --force"))
    #expect(try place.data(weights) == before)
    #expect(try place.run("init", "small.xml").code == 0)
    #expect(try place.run("init", "small.xml").code == 73)
    #expect(try place.run("init", "small.xml", "--force").code == 0)
    #expect(try place.run("init", "--template", "mlp", "--output", "small.xml").code == 73)
    #expect(try place.run("init", "--template", "mlp", "--output", "small.xml", "--force").code == 0)
    try place.writeModel(epochs: 1)

    try Data(numpyZeros(12)).write(to: place.url.appendingPathComponent("x.npy"))
    #expect(try place.run("weights", "pack", weights, "a=x.npy").code == 73)
    #expect(try place.data(weights) == before)
    #expect(try place.run("weights", "pack", "new.safetensors", "a=x.npy").code == 0)
    #expect(try place.run("weights", "pack", "new.safetensors", "a=x.npy", "--force").code == 0)
    #expect(try place.run("weights", "verify", "new.safetensors", "--force").code == 64)
    let reserved = try place.run("weights", "pack", "other.safetensors", "__metadata__=x.npy")
    #expect(reserved.code == 64 && !place.exists("other.safetensors"), "\(reserved)")

    #expect(try place.run("trace", "small.xml", "--input", "x.npy").code == 0)
    #expect(try place.run("trace", "small.xml", "--input", "x.npy").code == 73)
    #expect(try place.run("trace", "small.xml", "--input", "x.npy", "--output", "trace.safetensors").code == 0)
  }

  /// A float64 array of shape (1, count) in NumPy's format.
  private func numpyZeros(_ count: Int) -> [UInt8] {
    var header = "{'descr': '<f8', 'fortran_order': False, 'shape': (1, \(count)), }"
    header += String(repeating: " ", count: 117 - header.utf8.count) + "\n"
    return [0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array(header.utf8) + [UInt8](repeating: 0, count: 8 * count)
  }
}
