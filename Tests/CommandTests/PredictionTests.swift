import Foundation
import Testing

/// What prediction writes of nets with several losses, of inner layers, and of rows that arrive one by one.
@Suite struct PredictionTests {
  /// A table with words, a quoted line break and a class; the net tells the class and a number apart by two losses.
  private func place(_ losses: String) throws -> Workplace {
    let place = try Workplace()
    let rows = (0..<40).map { index in
      "\(index % 7),\(index % 3 == 0 ? "\"a \"\"b\"\"\nc\"" : "plain"),\(index % 5),\(index % 2 == 0 ? "yes" : "no")\n"
    }
    try place.write("u,word,v,y\n" + rows.joined(), to: "d.csv")
    try place.write(
      """
      <model xmlns="urn:nnrun:model:1" name="m"><data><csv role="train" path="d.csv" label="y"/></data>
      <columns><number name="u v"/><category name="word"/></columns>
      <network><input name="x" shape="columns"/><dense name="fc1" units="4"/><tanh name="h"/>\(losses)</network>
      <training epochs="3" batch="8"><adam/></training></model>
      """, to: "m.xml")
    #expect(try place.run("train", "m.xml", "-q", "--output", "r").code == 0)
    return place
  }

  private static let one = "<dense units=\"2\"/><softmaxCrossEntropy/>"
  private static let two = """
    <dense units="2"/><softmaxCrossEntropy name="kind"/><dense units="2" from="h"/><hinge name="margin"/>
    """

  @Test func everyLossPredicts() throws {
    let place = try place(Self.two)
    let weights = "r/weights.safetensors"
    let table = try place.run("predict", weights, "d.csv").output.split(separator: "\n")
    #expect(table[0] == "kind.class,kind.probability,margin.class,margin.score" && table.count == 41)
    let kind = try place.run("predict", weights, "d.csv", "--layer", "kind").output.split(separator: "\n")
    let margin = try place.run("predict", weights, "d.csv", "--layer", "margin").output.split(separator: "\n")
    #expect(kind[0] == "class,probability" && margin[0] == "class,score")
    #expect(zip(kind, margin).map { "\($0),\($1)" }.dropFirst() == table.dropFirst())
    let lines = try place.infer(weights, "d.csv", "--format", "jsonl").output.split(separator: "\n")
    let object = try JSONSerialization.jsonObject(with: Data(lines[0].utf8)) as? [String: [String: Any]]
    #expect(object?["kind"]?["class"] as? String == String(kind[1].prefix { $0 != "," }))
    #expect(object?["margin"]?["score"] != nil)
    let array = try place.run("predict", weights, "d.csv", "--format", "npy")
    #expect(array.code == 64 && array.messages.contains("kind, margin"), "\(array.messages)")
    #expect(try place.run("predict", weights, "d.csv", "--format", "npy", "--layer", "kind").code == 0)
  }

  /// An inner layer's numbers are those that the trace shows, whatever is fused when predicting.
  @Test func innerLayers() throws {
    let place = try place(Self.one)
    let weights = "r/weights.safetensors"
    func numbers(_ layer: String) throws -> [[Double]] {
      try place.run("predict", weights, "d.csv", "--layer", layer).output.split(separator: "\n").dropFirst().map {
        $0.split(separator: ",").compactMap { Double($0) }
      }
    }
    let (sums, values) = (try numbers("fc1"), try numbers("h"))
    #expect(sums.count == 40 && sums.allSatisfy { $0.count == 4 })
    for (sums, values) in zip(sums, values) {
      for (sum, value) in zip(sums, values) { #expect(abs(tanh(sum) - value) < 1e-5) }
    }
    #expect(try place.run("predict", weights, "d.csv", "--layer", "softmaxCrossEntropy1").output.hasPrefix("class,"))
    let wrong = try place.run("predict", weights, "d.csv", "--layer", "fc2")
    #expect(wrong.code == 64 && wrong.messages.contains("did you mean 'fc1'?"), "\(wrong.messages)")
    #expect(try place.run("predict", weights, "d.csv", "--layer", "x").code == 64)
  }

  /// A row is answered before the next one comes, and all rows as if they were in a file.
  @Test func rowsAreAnsweredAsTheyArrive() throws {
    let place = try place(Self.one)
    let whole = try place.run("predict", "r/weights.safetensors", "d.csv")
    let result = try place.shell(
      """
      mkfifo in
      $NNINFER r/weights.safetensors - < in > out &
      exec 3> in
      head -3 d.csv >&3
      n=0; while [ $n -lt 200 ] && [ $(wc -l < out) -lt 2 ]; do sleep 0.05; n=$((n+1)); done
      wc -l < out
      tail -n +4 d.csv >&3
      exec 3>&-
      wait
      cat out
      """)
    let lines = result.output.split(separator: "\n", maxSplits: 1)
    // The first row reaches over two lines of the table.
    #expect(lines.first?.trimmingCharacters(in: .whitespaces) == "2", "\(result)")
    #expect(lines.last.map(String.init) == whole.output)
    let jsonLines = try place.run("predict", "r/weights.safetensors", "d.csv", "--format", "jsonl")
    let piped = try place.run("predict", "r/weights.safetensors", "-", "--format", "jsonl", input: place.text("d.csv"))
    #expect(piped.output == jsonLines.output && piped.code == 0)
  }

  /// A row with something wrong in it that arrives alone ends nothing, unless there are no others.
  @Test func badRowsMayArriveAlone() throws {
    let place = try place(Self.one)
    let result = try place.shell(
      """
      (echo u,word,v; echo "1,plain,oops"; sleep 0.3; echo "1,plain,2"; sleep 0.3; echo "1,plain") |
        $NNRUN predict r/weights.safetensors - --skip-bad-rows | wc -l
      (echo u,word,v; echo "1,plain,oops"; sleep 0.3; echo "1,plain") |
        $NNRUN predict r/weights.safetensors - --skip-bad-rows; echo $?
      """)
    #expect(
      result.output.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) } == ["2", "65"], "\(result)")
    #expect(
      result.messages.contains("2 rows are left out") && result.messages.contains("every row has something wrong"))
  }

  /// Messages name the line of the whole table, however its rows arrive.
  @Test func messagesNameTheLine() throws {
    let place = try place(Self.one)
    let result = try place.shell(
      """
      (head -3 d.csv; sleep 0.3; echo "1,plain,2,yes"; echo "1,plain,oops,yes"; echo "1,plain,3,yes") |
        $NNRUN predict r/weights.safetensors -
      (head -3 d.csv; sleep 0.3; echo "1,plain,2,yes"; echo "1,plain,oops,yes"; echo "1,plain,3,yes") |
        $NNRUN predict r/weights.safetensors - --skip-bad-rows | wc -l
      head -1 d.csv | $NNRUN predict r/weights.safetensors - ; echo $?
      printf '' | $NNRUN predict r/weights.safetensors - ; echo $?
      $NNRUN predict r/weights.safetensors - < /dev/zero | head -c 100; echo $?
      """)
    #expect(result.messages.contains("standard input:5:"), "\(result)")
    #expect(result.messages.contains("1 row is left out") && result.messages.contains("no row of data"))
    #expect(result.output.contains("4\n65\n65\n"), "\(result)")
  }
}
