import NNText

extension ColumnEncoding {
  /// The encoding as members of a JSON object.
  var json: [StrictJSON.Member] {
    switch self {
    case .number(let number):
      return [.init(key: "is", value: .text("number"))] + Self.fill(number.fill)
        + (number.hasIndicator ? [.init(key: "indicator", value: .boolean(true))] : [])
        + (number.limits.map {
          [.init(key: "limits", value: .array([.number($0.lowerBound), .number($0.upperBound)]))]
        }
          ?? [])
        + (number.isLogarithmic ? [.init(key: "log", value: .boolean(true))] : []) + [
          .init(key: "scale", value: .number(number.scale)), .init(key: "shift", value: .number(number.shift)),
        ]
    case .category(let category):
      var members: [StrictJSON.Member] = [
        .init(key: "is", value: .text("category")),
        .init(key: "values", value: .array(category.values.map { .text($0) })),
        .init(key: "unseen", value: .text(category.refusesUnseen ? "error" : "other")),
      ]
      if category.hasRest { members.append(.init(key: "rest", value: .boolean(true))) }
      if let fill = category.fill { members.append(.init(key: "fill", value: .text(fill))) }
      if category.isIndex { members.append(.init(key: "index", value: .boolean(true))) }
      return members
    case .boolean(let fill): return [.init(key: "is", value: .text("boolean"))] + Self.fill(fill)
    case .date(let date):
      return [
        .init(key: "is", value: .text("date")), .init(key: "order", value: .text(date.order.rawValue)),
        .init(key: "parts", value: .array(date.parts.map { .text($0.rawValue) })),
        .init(key: "cyclic", value: .boolean(date.isCyclic)),
        .init(key: "scales", value: .array(date.scales.map { .number($0) })),
        .init(key: "shifts", value: .array(date.shifts.map { .number($0) })),
      ] + Self.fill(date.fill)
    case .text(let text): return text.json
    }
  }

  private static func fill(_ value: Double?) -> [StrictJSON.Member] {
    value.map { [.init(key: "fill", value: .number($0))] } ?? []
  }

  /// Reads `json` back; nil when it is something else.
  init?(json: StrictJSON) {
    guard case .text(let kind)? = json["is"] else { return nil }
    func number(_ key: String) -> Double? {
      switch json[key] {
      case .number(let value)?: value
      case .integer(let value)?: Double(value)
      default: nil
      }
    }
    func flag(_ key: String) -> Bool { json[key] == .boolean(true) }
    func isNumber(_ key: String) -> Bool { json[key] == nil || number(key) != nil }
    guard kind == "category" || isNumber("fill") else { return nil }
    switch kind {
    case "number":
      guard let scale = number("scale"), let shift = number("shift"), scale != 0 else { return nil }
      var encoding = NumberEncoding(
        fill: number("fill"), hasIndicator: flag("indicator"), isLogarithmic: flag("log"), scale: scale, shift: shift)
      if let value = json["limits"] {
        guard let limits = value.numbers, limits.count == 2, limits[0] <= limits[1] else { return nil }
        encoding.limits = limits[0]...limits[1]
      }
      self = .number(encoding)
    case "category":
      guard let values = json["values"]?.texts, Set(values).count == values.count else { return nil }
      var category = CategoryEncoding(values: values, refusesUnseen: json["unseen"] == .text("error"))
      category.hasRest = flag("rest")
      category.isIndex = flag("index")
      if case .text(let fill)? = json["fill"] { category.fill = fill }
      guard category.count > 0 else { return nil }
      self = .category(category)
    case "boolean": self = .boolean(fill: number("fill"))
    case "date":
      guard case .text(let order)? = json["order"], let order = DateOrder(rawValue: order),
        let words = json["parts"]?.texts, case .boolean(let isCyclic)? = json["cyclic"],
        let scales = json["scales"]?.numbers, let shifts = json["shifts"]?.numbers
      else { return nil }
      let parts = words.compactMap { DatePart(rawValue: $0) }
      guard !parts.isEmpty, parts.count == words.count, scales.count == parts.count, shifts.count == parts.count else {
        return nil
      }
      // Years of four digits, and what arithmetic on dates can hold.
      guard (number("fill") ?? 0).magnitude < 1e12 else { return nil }
      self = .date(
        DateEncoding(
          order: order, parts: parts, isCyclic: isCyclic, fill: number("fill"), scales: scales, shifts: shifts))
    case "text":
      guard let text = TokenEncoding(json: json) else { return nil }
      self = .text(text)
    default: return nil
    }
  }
}
