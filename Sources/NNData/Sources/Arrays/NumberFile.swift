import NNCore
import NNFiles

/// One array in a file of NumPy's, as it is: no samples, no labels.
package struct NumberFile {
  /// The array's dimensions; none for a single number.
  package let dimensions: [Int]
  /// Its elements, row by row.
  package let values: [Double]

  /// Reads a .npy file, also compressed with gzip. Throws a `DiagnosticError`.
  package init(path: String) throws {
    let array = try NPYFile.parse(FileReading.expandedBytes(path)[...], file: path, isDouble: true)
    dimensions = array.dimensions
    let elements = DataArray(name: path, form: .values(Shape(1)), elements: array.elements)
    values = (0..<array.elements.count).map { elements.value($0) }
  }
}
