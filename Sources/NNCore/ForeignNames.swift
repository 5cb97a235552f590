extension ElementSchema {
  /// Whether other programs call what the element does `name`: whether a capitalized word of its reference says so, as
  /// in `torch.nn.Linear`. The case of `name` does not matter.
  ///
  /// - Parameter asEnding: whether it is enough that a name there ends so, as `RandomCrop` does in `crop`.
  fileprivate func isCalled(_ name: String, asEnding: Bool = false) -> Bool {
    let name = name.lowercased()
    guard name.count >= 3, name.utf8.count <= 100 else { return false }
    return reference.split { !$0.isLetter && !$0.isNumber }.contains { word in
      guard word.first?.isUppercase == true else { return false }
      let word = word.lowercased()
      return word == name || asEnding && word.hasSuffix(name)
    }
  }
}

/// The names of those of `elements` that do what other programs call `name`; none if there are too many to choose from.
package func namesHere(of name: String, among elements: [ElementSchema], asEnding: Bool = false) -> [String] {
  let found = elements.filter { $0.isCalled(name, asEnding: asEnding) }.map(\.name)
  return found.count <= 3 ? found : []
}
