extension ElementSchema {
  /// Whether other programs call what the element does `name`: whether a capitalized word behind an "as" of its reference
  /// says so, as in `as torch.nn.Linear and Caffe's InnerProduct`. The case of `name` does not matter.
  ///
  /// - Parameter asEnding: whether it is enough that a name there ends so, as `RandomCrop` does in `crop`.
  fileprivate func isCalled(_ name: String, asEnding: Bool = false) -> Bool {
    let name = name.lowercased()
    guard name.count >= 3, name.utf8.count <= 100 else { return false }
    return namesElsewhere.contains { asEnding ? $0.hasSuffix(name) : $0 == name }
  }

  /// The names in lower case. Words with an apostrophe are the programs themselves.
  private var namesElsewhere: [String] {
    let equals = reference.split(separator: ";").flatMap { $0.split(separator: " ").drop { $0 != "as" } }
    return equals.filter { !$0.contains("'") }
      .flatMap { $0.split { !$0.isLetter && !$0.isNumber } }
      .filter { $0.first?.isUppercase == true }.map { $0.lowercased() }
  }
}

/// The names of those of `elements` that do what other programs call `name`; none if there are too many to choose from.
package func namesHere(of name: String, among elements: [ElementSchema], asEnding: Bool = false) -> [String] {
  let found = elements.filter { $0.isCalled(name, asEnding: asEnding) }.map(\.name)
  return found.count <= 3 ? found : []
}
