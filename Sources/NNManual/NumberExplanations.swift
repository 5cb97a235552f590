extension CodeExplanation {
  static let numbers: [CodeExplanation] = [
    .init(
      "duplicate-array", "Arrays in a file have names that differ.", wrong: "two arrays 'fc1.weight'",
      right: "arrays 'fc1.weight' and 'fc2.weight'"),
  ]
}
