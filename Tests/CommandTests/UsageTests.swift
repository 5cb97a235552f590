import Foundation
import Testing

@Suite struct UsageTests {
  static let verbs = [
    "train", "evaluate", "predict", "check", "summary", "runs", "init", "trace", "explain", "graph", "gradcheck",
    "layers",
    "schema", "weights", "plugin", "bench", "completion", "version",
  ]

  @Test(arguments: verbs) func everyVerbHasHelpWithExamples(_ verb: String) throws {
    let place = try Workplace()
    let help = try place.run(verb, "--help")
    #expect(help.code == 0)
    #expect(help.output.hasPrefix("nnrun \(verb) - "))
    #expect(help.output.contains("Examples:\n"))
    #expect(try place.run("help", verb).output == help.output)
    #expect(try place.run("--help").output.contains("\n  \(verb) "))
  }

  @Test(arguments: [
    (["trian"], 64, "there is no verb 'trian'; did you mean 'nnrun train'?"),
    (["train"], 64, "MODEL.xml is missing"),
    (["train", "a.xml", "b.xml"], 64, "there is an argument too many: 'b.xml'"),
    (["train", "a.xml", "--ouput", "x"], 64, "nnrun train has no option '--ouput'; did you mean '--output'?"),
    (["train", "a.xml", "--threads", "0"], 66, "there is no such file"),
    (["train", "a.xml", "--set", "nothing"], 64, "'--set nothing' has no value"),
    (["train", "a.xml", "--seed", "-1"], 64, "must be a whole number"),
    (["train", "a.xml", "--output"], 64, "option '--output' needs a value"),
    (["train", "a.xml", "--quiet=yes"], 64, "option '--quiet' takes no value"),
    (["train", "a.xml", "--require", "beauty=1"], 64, "is not a requirement"),
    (["train", "missing.xml"], 66, "missing.xml: error: there is no such file"),
    (["predict", "missing.safetensors", "x.csv"], 66, "missing.safetensors: error: there is no such file"),
    (["weights", "look", "x"], 64, "'look' is none of inspect, verify, diff, pack"),
    (["layers", "denze"], 64, "there is no element 'denze'; did you mean 'dense'?"),
    (["bench", "a.xml", "--mode", "fly"], 64, "'fly' is none of train, infer"),
  ])
  func mistakesHaveAMessageAndACode(_ arguments: [String], _ code: Int, _ message: String) throws {
    let place = try Workplace()
    let result = try Tool.run("nnrun", arguments, in: place.url)
    #expect(result.code == Int32(code))
    #expect(result.messages.contains(message), "\(result.messages)")
    #expect(result.output.isEmpty)
  }

  @Test func wrongModelsAreExplained() throws {
    let place = try Workplace()
    try place.write(
      """
      <model xmlns="urn:nnrun:model:1">
        <network>
          <input name="x" shape="4"/>
          <dense unit="3"/>
          <rlu/>
        </network>
      </model>
      """, to: "bad.xml")
    let result = try place.run("check", "bad.xml")
    #expect(result.code == 65)
    #expect(result.messages.contains("bad.xml:4:12: error: <dense> has no attribute 'unit'; did you mean 'units'?"))
    #expect(result.messages.contains("bad.xml:5:5: error:"))
    let json = try place.run("check", "bad.xml", "--json")
    let parsed = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [[String: Any]])
    #expect(parsed.contains { $0["line"] as? Int == 4 && $0["code"] as? String == "unknown-attribute" })
  }

  @Test func missingDataSaysWhoNamesIt() throws {
    let place = try Workplace()
    try place.writeModel()
    let text = try place.text("small.xml").replacingOccurrences(
      of: #"<random role="train" samples="300" shape="12" classes="3" seed="1"/>"#,
      with: #"<csv role="train" path="nowhere.csv"/>"#)
    try place.write(text, to: "small.xml")
    let result = try place.run("train", "small.xml")
    #expect(result.code == 66)
    #expect(result.messages.contains("nowhere.csv: error: there is no such file; small.xml:3 names it"))
    #expect(!place.exists("runs"))
  }

  @Test func dataThatDoesNotFit() throws {
    let place = try Workplace()
    try place.writeModel()
    let result = try place.run("train", "small.xml", "--set", "network.x.shape=13")
    #expect(result.code == 65)
    #expect(result.messages.contains("the input 'x' has the shape 13 (13 elements), but a sample of the data has 12"))
    let classes = try place.run("train", "small.xml", "--set", "network.fc2.units=4")
    #expect(classes.code == 65)
    #expect(classes.messages.contains("reads 4 outputs, but the data has 3 classes"))
  }

  @Test func damagedWeights() throws {
    let place = try Workplace()
    try place.writeModel()
    #expect(try place.run("init", "small.xml", "--output", "w.safetensors").code == 0)
    #expect(try place.run("weights", "verify", "w.safetensors").code == 0)
    var bytes = try place.data("w.safetensors")
    bytes[bytes.count - 3] ^= 0x40
    try bytes.write(to: place.url.appendingPathComponent("w.safetensors"))
    let result = try place.run("weights", "verify", "w.safetensors")
    #expect(result.code == 65)
    #expect(result.messages.contains("the checksum is wrong"))
    #expect(try place.run("predict", "w.safetensors", "-", input: "1\n").code == 65)
  }

  @Test func completionScriptsAreScripts() throws {
    let place = try Workplace()
    let bash = try place.run("completion", "bash").output
    for verb in Self.verbs { #expect(bash.contains(verb)) }
    try place.write(bash, to: "completion.bash")
    let check = Process()
    check.executableURL = URL(fileURLWithPath: "/bin/bash")
    check.currentDirectoryURL = place.url
    check.arguments = [
      "-c",
      """
      set -e; source completion.bash
      COMP_WORDS=(nnrun tr); COMP_CWORD=1; _nnrun; [ "${COMPREPLY[*]}" = "train trace" ]
      COMP_WORDS=(nnrun train --res); COMP_CWORD=2; _nnrun; [ "${COMPREPLY[*]}" = "--resume" ]
      COMP_WORDS=(nnrun bench --mode ""); COMP_CWORD=3; _nnrun; [ "${COMPREPLY[*]}" = "train infer" ]
      COMP_WORDS=(nnrun weights in); COMP_CWORD=2; _nnrun; [ "${COMPREPLY[*]}" = "inspect" ]
      """,
    ]
    try check.run()
    check.waitUntilExit()
    #expect(check.terminationStatus == 0)
    #expect(try place.run("completion", "zsh").output.hasPrefix("#compdef nnrun\n"))
  }
}
