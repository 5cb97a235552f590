import NNCore
import NNData
import NNFiles
import NNKernels
import Testing

/// The folder of the fixtures, and of the repository.
enum Folder {
  static let fixtures = Path.folder(of: #filePath) + "/Fixtures"
  static let root = Path.folder(of: Path.folder(of: Path.folder(of: #filePath)))
}

extension DataArray {
  var values: [Double] { (0..<elements.count).map { value($0) } }
}

/// What reading gives: a set, or each message as `line:column code`.
enum Outcome {
  case set(Dataset)
  case failure([String])

  init(_ body: () throws -> Dataset) {
    do {
      self = .set(try body())
    } catch let error as DiagnosticError {
      self = .failure(
        error.diagnostics.map { "\($0.place.map { "\($0.line):\($0.column)" } ?? "-") \($0.code)" })
    } catch let error as ElementError {
      self = .failure([error.code])
    } catch {
      self = .failure(["?"])
    }
  }

  var codes: [String] { if case .failure(let codes) = self { codes } else { [] } }
  var set: Dataset? { if case .set(let set) = self { set } else { nil } }
}

/// Random numbers for tests that try many inputs.
struct Lottery {
  private let stream: RandomStream
  private var position: UInt64 = 0

  init(_ seed: UInt64) { stream = RandomStream(key: seed) }

  mutating func draw(_ bound: Int) -> Int {
    position += 1
    return stream.integer(below: bound, at: position)
  }

  /// A copy with bytes changed, removed, inserted or cut off.
  mutating func mutated(_ original: [UInt8]) -> [UInt8] {
    var bytes = original
    for _ in 0...draw(4) where !bytes.isEmpty {
      // Headers are short, and most of what can go wrong goes wrong there.
      let place = draw(draw(2) == 0 ? min(bytes.count, 160) : bytes.count)
      switch draw(6) {
      case 0: bytes[place] = UInt8(draw(256))
      case 1: bytes[place] ^= 1 << UInt8(draw(8))
      case 2: bytes.remove(at: place)
      case 3: bytes.insert(UInt8(draw(256)), at: place)
      case 4: bytes[place] = [0, 0x7F, 0x80, 0xFF, 0x2C, 0x22, 0x0A, 0x39][draw(8)]
      default: bytes.removeSubrange(place...)
      }
    }
    return bytes
  }
}
