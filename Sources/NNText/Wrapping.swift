/// Terms and what they mean: two columns, the second one wrapped so that a line has at most 100 characters.
package func definitionList(_ rows: [(String, String)], indent: Int = 2) -> String {
  let width = min(30, rows.map(\.0.count).max() ?? 0)
  var text = ""
  for (left, right) in rows {
    let start = String(repeating: " ", count: indent) + left
    var lines = wrap(right, width: 100 - indent - width - 2)[...]
    let first = lines.popFirst() ?? ""
    if left.count > width {
      text += start + "\n" + String(repeating: " ", count: indent + width + 2) + first + "\n"
    } else {
      text += start + String(repeating: " ", count: width - left.count + 2) + first + "\n"
    }
    for line in lines { text += String(repeating: " ", count: indent + width + 2) + line + "\n" }
  }
  return text
}

/// The text in lines of at most `width` characters, broken at spaces.
package func wrap(_ text: String, width: Int) -> [String] {
  var lines: [String] = []
  var line = ""
  for word in text.split(separator: " ") {
    if !line.isEmpty, line.count + 1 + word.count > width {
      lines.append(line)
      line = ""
    }
    line += (line.isEmpty ? "" : " ") + word
  }
  lines.append(line)
  return lines
}
