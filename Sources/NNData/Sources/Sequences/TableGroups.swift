import NNText

/// How the rows of a long table become samples: the rows of a group are the steps of one.
package struct TableGroups: Sendable, Hashable {
  /// The position of the column that tells groups apart.
  package var group: Int
  /// The position of the column by which the rows of a group are put in order; nil if they stand in it.
  package var order: Int?
  /// How that column is read; nil as long as that is to be found out.
  var orderReading: OrderReading?
  /// Whether each step has right answers of its own, rather than the group.
  package var hasAnswersOfSteps = false
  /// The most steps of a sample; 0 as long as the longest group decides.
  package var steps = 0

  /// What puts rows in order.
  enum OrderReading: Sendable, Hashable {
    case number
    case date(DateOrder)

    /// The reading in one word.
    var word: String {
      switch self {
      case .number: "number"
      case .date(let order): order.rawValue
      }
    }

    init?(word: String) {
      if word == "number" {
        self = .number
      } else if let order = DateOrder(rawValue: word) {
        self = .date(order)
      } else {
        return nil
      }
    }
  }

  /// Groups by the column at a position.
  init(group: Int) { self.group = group }

  /// The groups as a JSON object.
  var json: StrictJSON {
    var members: [StrictJSON.Member] = [
      .init(key: "group", value: .integer(group)), .init(key: "steps", value: .integer(steps)),
    ]
    if let order { members.append(.init(key: "order", value: .integer(order))) }
    if let orderReading { members.append(.init(key: "by", value: .text(orderReading.word))) }
    if hasAnswersOfSteps { members.append(.init(key: "each", value: .text("step"))) }
    return .object(members)
  }

  /// Reads `json` back; nil if it is something else, or names a column beyond `columns`.
  init?(json: StrictJSON, columns: Int) {
    guard case .integer(let group)? = json["group"], (0..<columns).contains(group),
      case .integer(let steps)? = json["steps"], (1...(1 << 24)).contains(steps)
    else { return nil }
    (self.group, self.steps) = (group, steps)
    if let value = json["order"] {
      guard case .integer(let place) = value, (0..<columns).contains(place), place != group,
        case .text(let word)? = json["by"], let reading = OrderReading(word: word)
      else { return nil }
      (order, orderReading) = (place, reading)
    }
    if let value = json["each"] {
      guard value == .text("step") else { return nil }
      hasAnswersOfSteps = true
    }
  }
}
