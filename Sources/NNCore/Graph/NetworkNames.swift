/// What a name in a net stands for: one of the outputs of an input or a layer.
package protocol NetworkOutput: Sendable {
  /// Which of the outputs, from 0.
  var output: Int { get set }
}

/// The names in a net: what each stands for, and the one that an element gets which gives none.
///
/// Files and programs share these rules:
/// - a name is unique among the inputs and layers of a net;
/// - an element without a name is called by its type and a number: how many elements of its type there are with it, or
///   the next number that makes a free name;
/// - `a` stands for the first output of a, `a.2` for its second.
package struct NetworkNames<Output: NetworkOutput>: Sendable {
  private var outputs: [String: Output] = [:]
  private var counts: [String: Int] = [:]
  /// All names in the order of their definition.
  package private(set) var all: [String] = []

  /// No names.
  package init() {}

  /// What exactly this name was defined as.
  package subscript(name: String) -> Output? { outputs[name] }

  /// What a name stands for: the first output of what it was defined as, or the one whose number stands behind a point.
  package func resolved(_ name: String) -> Output? {
    if let found = outputs[name] { return found }
    guard let point = name.lastIndex(of: "."), let number = Int(name[name.index(after: point)...]),
      (1...1_000_000).contains(number), var found = outputs[String(name[..<point])], found.output == 0
    else { return nil }
    found.output = number - 1
    return found
  }

  /// How a name stands for an output of an element, from 0.
  package static func written(_ element: String, output: Int) -> String {
    output == 0 ? element : "\(element).\(output + 1)"
  }

  /// Makes a name stand for an output.
  package mutating func define(_ name: String, as output: Output) {
    guard outputs.updateValue(output, forKey: name) == nil else { return }
    all.append(name)
  }

  /// The name of the next element of a type, if it gives none.
  ///
  /// - Parameters:
  ///   - prefix: what stands before all names of a part of the net, whose elements are counted by themselves.
  ///   - reserved: names, without the prefix, that later elements give.
  package func defaultName(_ type: String, prefix: String = "", reserved: Set<String> = []) -> String {
    var number = count(type, prefix: prefix) + 1
    while outputs["\(prefix)\(type)\(number)"] != nil || reserved.contains("\(type)\(number)") { number += 1 }
    return "\(prefix)\(type)\(number)"
  }

  /// How many elements of a type have been counted.
  package func count(_ type: String, prefix: String = "") -> Int { counts["\(prefix) \(type)"] ?? 0 }

  /// Counts one more element of a type.
  package mutating func addToCount(_ type: String, prefix: String = "") { counts["\(prefix) \(type)", default: 0] += 1 }
}
