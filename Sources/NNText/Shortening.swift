extension String {
  /// At most 60 characters, for quoting in a message.
  package var shortened: String { count <= 60 ? self : prefix(57) + "..." }

  /// The text without spaces at its end.
  package var trimmingTrailingSpaces: String {
    var text = self[...]
    while text.last == " " { text.removeLast() }
    return String(text)
  }
}
