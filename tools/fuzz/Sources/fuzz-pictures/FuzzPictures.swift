import FuzzSupport
import NNData

private let file = FuzzedFile(ending: ".png")

/// Reads the bytes as a picture, as its first bytes say. Checksums of a PNG file are made right first: no variation of it
/// would come past them.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzPictures(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = withRightChecksums(Array(UnsafeBufferPointer(start: start, count: count)))
  bytes.withUnsafeBufferPointer { buffer in
    guard let base = buffer.baseAddress else { return }
    file.read(base, buffer.count) { path in
      let set = try PredictionInput.read(path, pictures: PictureForm(encoded: "3x8x8 crop"))
      precondition(set.inputs[0].elements.count == 192)
    }
  }
  return 0
}

private let table: [UInt32] = (0..<256).map { byte in
  (0..<8).reduce(UInt32(byte)) { value, _ in value & 1 == 0 ? value >> 1 : value >> 1 ^ 0xEDB8_8320 }
}

private func withRightChecksums(_ bytes: [UInt8]) -> [UInt8] {
  var bytes = bytes
  guard bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]) else { return bytes }
  var place = 8
  while place + 12 <= bytes.count {
    let length = bytes[place..<(place + 4)].reduce(0) { $0 << 8 | Int($1) }
    guard place + 12 + length <= bytes.count else { break }
    let end = place + 8 + length
    let sum = ~bytes[(place + 4)..<end].reduce(~UInt32(0)) { $0 >> 8 ^ table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] }
    for byte in 0..<4 { bytes[end + byte] = UInt8(truncatingIfNeeded: sum >> UInt32(24 - 8 * byte)) }
    place = end + 4
  }
  return bytes
}
