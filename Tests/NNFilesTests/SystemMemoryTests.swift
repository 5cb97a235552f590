import NNCore
import Testing

@testable import NNFiles

@Suite struct SystemMemoryTests {
  @Test func available() throws {
    let available = try #require(SystemMemory.available)
    #expect(available > 1 << 20 && available < 1 << 50)
  }

  @Test func needs() throws {
    try SystemMemory.require(0, for: "nothing")
    try SystemMemory.require(SystemMemory.small, for: "little")
    let error = #expect(throws: DiagnosticError.self) {
      try SystemMemory.require(1 << 58, for: "the net", parts: "parameters all of it", remedy: "less")
    }
    let text = error?.description ?? ""
    #expect(text.hasPrefix("error: the net needs 256.0 PiB of memory (parameters all of it), but "), "\(text)")
    #expect(text.hasSuffix(" are free; less") && error?.kind == .invalid, "\(text)")
  }
}
