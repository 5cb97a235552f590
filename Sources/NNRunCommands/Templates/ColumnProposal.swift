import NNCore
import NNData
import NNText

/// The `<columns>` that suit a table.
struct ColumnProposal {
  /// The lines of the element.
  let lines: [String]
  /// Inputs that read indices of wide categories, by name, with the number of different values.
  let wide: [(input: String, values: Int)]
  /// About how many numbers the other columns become.
  let width: Int

  /// Different values from which on a category is read through an embedding.
  private static let wideFrom = 40

  init(_ table: TableProfile) {
    var groups: [(element: String, attributes: String, names: [String])] = []
    var wide: [(input: String, values: Int)] = []
    var width = 0
    var gapWords: Set<String> = []
    func add(_ element: String, _ attributes: String, _ name: String) {
      if let index = groups.firstIndex(where: {
        $0.element == element && $0.attributes == attributes && !$0.attributes.contains("input=")
      }) {
        groups[index].names.append(name)
      } else {
        groups.append((element, attributes, [name]))
      }
    }
    for column in table.inputs {
      gapWords.formUnion(column.gapWords)
      let hasGaps = column.missing > 0
      switch column.kind {
      case .number:
        let isSkewed = column.skewness > 2 && (column.range?.lowerBound ?? -1) >= 0
        // A gap in many rows may say something by itself.
        let marksGaps = hasGaps && 50 * column.missing >= table.rows
        add(
          "number",
          (hasGaps ? " missing=\"median\"" : "") + (marksGaps ? " indicator=\"true\"" : "")
            + (isSkewed ? " scale=\"log\"" : "")
            + (column.hasOutliers ? " clip=\"\(ColumnProfile.outlierShare)\"" : ""),
          column.name)
        width += marksGaps ? 2 : 1
      case .category:
        let rare = column.distinct > 10 ? " minimumCount=\"\(max(2, min(10, table.rows / 1000)))\"" : ""
        if column.distinct >= Self.wideFrom {
          let input = Self.inputName(column.name, besides: wide.map(\.input))
          wide.append((input, column.distinct))
          add("category", "\(rare) input=\"\(input)\"", column.name)
        } else {
          add("category", rare, column.name)
          width += column.distinct
        }
      case .boolean:
        add("boolean", hasGaps ? " missing=\"mode\"" : "", column.name)
        width += 1
      case .date(let order):
        add(
          "date", (order == .iso ? "" : " format=\"\(order.rawValue)\"") + (hasGaps ? " missing=\"median\"" : ""),
          column.name)
        width += 5
      case .text, .rowNumber, .constant, .empty: add("ignore", "", column.name)
      }
    }
    if !table.hasClasses {
      for answer in table.answerColumns {
        let isSkewed = answer.skewness > 3 && (answer.range?.lowerBound ?? -1) >= 0
        add("number", isSkewed ? " scale=\"log\"" : "", answer.name)
      }
    }
    self.wide = wide
    self.width = width
    let gaps =
      gapWords.isEmpty
      ? ""
      : " missingValues=\"\(markupEscaped((gapWords.sorted() + DeclaredColumns.usualGapWords).joined(separator: " ")))\""
    // Most columns of a wide table are alike.
    let largest = groups.indices.filter { groups[$0].names.count > 20 }.max {
      groups[$0].names.count < groups[$1].names.count
    }
    let answers = Set(table.answerColumns.map(\.name))
    lines =
      ["<columns\(gaps)>"]
      + groups.enumerated().flatMap { index, group -> [String] in
        let isRest = index == largest && answers.isDisjoint(with: group.names)
        return Self.wrapped(
          "  <\(group.element) name=\"", isRest ? ["*"] : group.names.map(Self.quoted), "\"\(group.attributes)/>")
      } + ["</columns>"]
  }

  /// A name for the input of a column that no other element of the net has.
  private static func inputName(_ column: String, besides others: [String]) -> String {
    var name = column.asElementName ?? "category"
    // What is made of an input stands behind a point, and the other layers have names of two letters or three and a number.
    name.replace(".", with: "_")
    let own = Set(others + ["x", "out"])
    guard own.contains(name) || name.wholeMatch(of: /[a-zA-Z]+[0-9]+/) != nil else { return name }
    var number = 1
    while own.contains("\(name)_\(number)") { number += 1 }
    return "\(name)_\(number)"
  }

  private static func quoted(_ name: String) -> String { markupEscaped(quotedColumnName(name)) }

  /// Names within an attribute, in lines of moderate length.
  private static func wrapped(_ start: String, _ names: [String], _ end: String) -> [String] {
    var lines: [String] = []
    var line = start
    for (index, name) in names.enumerated() {
      if index > 0, line.count + name.count > 110 {
        lines.append(line)
        line = String(repeating: " ", count: start.count) + name
      } else {
        line += (index > 0 ? " " : "") + name
      }
    }
    return lines + [line + end]
  }
}
