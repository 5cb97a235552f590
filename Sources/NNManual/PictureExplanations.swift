extension CodeExplanation {
  static let pictures: [CodeExplanation] = [
    .init(
      "bad-list", "A list of pictures has a path and a class in each line, with a tab or a space between.",
      wrong: "photos/1.png", right: "photos/1.png<tab>cat"),
    .init(
      "bad-picture", "A picture could not be read for a reason of its own, which the message tells.",
      wrong: "a file on a disk that fails", right: "a file that can be read"),
    .init(
      "damaged-picture", "The decoder met bytes that make no picture: the file is damaged or ends early.",
      wrong: "a download that was cut off", right: "the whole file"),
    .init(
      "mixed-folder", "Pictures either all lie in folders named for their classes, or none does.",
      wrong: "photos/1.png beside photos/cat/2.png", right: "photos/dog/1.png beside photos/cat/2.png"),
    .init(
      "not-a-picture", "The first bytes are neither those of a PNG nor those of a JPEG file, whatever its name.",
      wrong: "a GIF renamed to photo.png", right: "the picture converted to PNG"),
    .init(
      "picture-size", "All pictures of a set must have one size, unless the source says which they get.",
      wrong: #"<images path="photos"/>"#, right: #"<images path="photos" size="32x32"/>"#),
    .init(
      "picture-too-large", "The pictures have more pixels, or a JPEG file more scans over them, than are decoded.",
      wrong: #"size="60000x60000""#,
      right: #"size="256x256""#),
    .init(
      "unknown-class", "A folder or a list names a class that the model does not have.",
      wrong: #"photos/dgo with <data classes="cat dog">"#, right: #"photos/dog with <data classes="cat dog">"#),
  ]
}
