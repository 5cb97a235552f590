import NNCore
import NNFiles
import Testing

@testable import NNData

/// The data that comes with the program: as many samples as its origin has, and every class in both parts.
@Suite struct BundledDataTests {
  private func read(_ path: String) throws -> Dataset {
    try CSVSource(attributes: Attributes(["path": .text(path)], for: CSVSource.schema))
      .read(SourceContext(folder: Folder.root + "/models/data"))
  }

  private func balance(_ set: Dataset) -> [Int] {
    guard case .classes(let count, _) = set.targets[0].form else { return [] }
    var counts = [Int](repeating: 0, count: count)
    for value in set.targets[0].values { counts[Int(value)] += 1 }
    return counts
  }

  @Test(arguments: [
    ("digits", 64, [178, 182, 177, 183, 181, 182, 181, 179, 174, 180], (0...9).map(String.init)),
    ("iris", 4, [50, 50, 50], ["setosa", "versicolor", "virginica"]),
    ("wine", 13, [59, 71, 48], ["class_0", "class_1", "class_2"]),
    ("breast-cancer", 30, [357, 212], ["benign", "malignant"]),
  ]) func classification(_ name: String, _ width: Int, _ totals: [Int], _ names: [String]) throws {
    let train = try read("\(name)/train.csv.gz")
    let test = try read("\(name)/test.csv.gz")
    for set in [train, test] {
      #expect(set.inputs[0].form == .values(Shape(width)))
      #expect(set.classNames == names)
    }
    #expect(zip(balance(train), balance(test)).map { $0 + $1 } == totals)
    #expect(balance(test) == totals.map { $0 / 5 })
    #expect(train.count + test.count == totals.reduce(0, +))
  }

  @Test func regression() throws {
    let (train, test) = (try read("diabetes/train.csv.gz"), try read("diabetes/test.csv.gz"))
    for set in [train, test] {
      #expect(set.inputs[0].form == .values(Shape(10)))
      #expect(set.targets[0].form == .values(Shape(1)))
    }
    #expect((train.count, test.count) == (354, 88))
    let all = train.targets[0].values + test.targets[0].values
    #expect(all.min() == 25 && all.max() == 346)
  }

  @Test func exclusiveOr() throws {
    let set = try read("xor/xor.csv")
    #expect(set.count == 4 && set.inputs[0].width == 2)
    let (inputs, labels) = (set.inputs[0].values, set.targets[0].values)
    for row in 0..<4 { #expect(labels[row] == (inputs[2 * row] == inputs[2 * row + 1] ? 0 : 1)) }
  }
}
