/// A well-known format that is mistaken for safetensors, told by a file's first bytes.
struct OtherFormat {
  /// What the file is, as in "this is …".
  let description: String
  /// What to do with such a file.
  let remedy: String

  /// The format of some bytes, or nil if it is none of these.
  init?(_ bytes: [UInt8]) {
    let weights = "weights are .safetensors files"
    let convert = "in Python, safetensors.torch.save_file(model.state_dict(), \"weights.safetensors\") converts it"
    if bytes.starts(with: [0x50, 0x4B, 3, 4]) {
      (description, remedy) = ("a zip archive, such as PyTorch's .pt files", convert)
    } else if bytes.count >= 2, bytes[0] == 0x80, (2...5).contains(bytes[1]) {
      (description, remedy) = ("a Python pickle, such as PyTorch's older .pt files", convert)
    } else if bytes.starts(with: [0x89] + Array("HDF".utf8)) {
      (description, remedy) = ("an HDF5 file, such as Keras writes", weights)
    } else if Self.isONNX(bytes) {
      (description, remedy) = ("an ONNX model", weights)
    } else if bytes.starts(with: [0x93] + Array("NUMPY".utf8)) {
      (description, remedy) = ("a NumPy array", weights)
    } else if bytes.starts(with: Array("<?xml".utf8)) || bytes.starts(with: Array("<model".utf8)) {
      (description, remedy) = ("an XML file", weights)
    } else if bytes.starts(with: [0x1F, 0x8B]) {
      (description, remedy) = ("a gzip file", weights)
    } else {
      return nil
    }
  }

  /// ONNX has no signature. Its first field is in practice the version of the format, a small number, and then follows
  /// the producer's name (field 2), the graph (field 7) or the sets of operators (field 8).
  private static func isONNX(_ bytes: [UInt8]) -> Bool {
    bytes.count >= 4 && bytes[0] == 0x08 && (1...20).contains(bytes[1]) && [0x12, 0x3A, 0x42].contains(bytes[2])
  }
}
