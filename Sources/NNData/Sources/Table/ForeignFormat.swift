import NNCore

/// Files of other programs that are taken for tables, known by their first bytes.
enum ForeignFormat {
  private static let formats: [(magic: [UInt8], name: String, remedy: String)] = [
    (Array("BM".utf8), "a BMP picture", picture), (Array("GIF8".utf8), "a GIF picture", picture),
    (Array("II*\0".utf8), "a TIFF picture", picture), (Array("MM\0*".utf8), "a TIFF picture", picture),
    ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], "compressed with xz", "expand it, or compress it with gzip"),
    (Array("BZh".utf8), "compressed with bzip2", "expand it, or compress it with gzip"),
    ([0x28, 0xB5, 0x2F, 0xFD], "compressed with zstd", "expand it, or compress it with gzip"),
    ([0x37, 0x7A, 0xBC, 0xAF], "a 7z archive", "expand it, or compress it with gzip"),
    ([0xD0, 0xCF, 0x11, 0xE0], "a workbook of Excel", workbook),
    ([0x89, 0x48, 0x44, 0x46], "an HDF5 file", arrays), (Array("PAR1".utf8), "a Parquet file", "save the table as csv"),
    (Array("ARROW1".utf8), "an Arrow file", "save the table as csv"),
    (Array("MATLAB 5".utf8), "a file of MATLAB", arrays),
    (Array("%PDF".utf8), "a PDF document", "save the table as csv"),
    ([0x80, 2], "a pickle of Python", arrays), ([0x80, 3], "a pickle of Python", arrays),
    ([0x80, 4], "a pickle of Python", arrays), ([0x80, 5], "a pickle of Python", arrays),
  ]
  private static let picture = "convert it to PNG or JPEG"
  private static let workbook = "save the sheet as csv"
  private static let arrays = "save the arrays with NumPy, as npy or npz"

  /// What to say of bytes that are no text.
  static func error(_ bytes: [UInt8], file: String) -> DiagnosticError {
    var found = formats.first { bytes.starts(with: $0.magic) }.map { ($0.name, $0.remedy) }
    if bytes.starts(with: "RIFF".utf8), bytes.dropFirst(8).starts(with: "WEBP".utf8) {
      found = ("a WebP picture", picture)
    }
    guard let (name, remedy) = found else {
      return DiagnosticError(
        code: "not-utf8", file: file, "the file is not text in UTF-8", remedy: "save it in UTF-8")
    }
    return DiagnosticError(code: "foreign-format", file: file, "this is \(name)", remedy: remedy)
  }

  /// Throws a `DiagnosticError` if a zip archive with these entries, none of which is an array, is an office program's
  /// workbook.
  static func checkZip(_ entries: [String], file: String) throws(DiagnosticError) {
    guard entries.contains(where: { $0.hasPrefix("xl/") || $0 == "[Content_Types].xml" || $0 == "mimetype" }) else {
      return
    }
    throw DiagnosticError(
      code: "foreign-format", file: file, "this is a workbook of an office program", remedy: workbook)
  }
}
