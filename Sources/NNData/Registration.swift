import NNCore

/// Makes the random changes to samples known.
public func registerStandardAugmentations(into registry: inout Registry) throws(RegistrationError) {
  try registry.register(Flip.self)
  try registry.register(Translate.self)
  try registry.register(Zoom.self)
  try registry.register(Rotate.self)
  try registry.register(Brightness.self)
  try registry.register(Contrast.self)
  try registry.register(Cutout.self)
  try registry.register(Mixup.self)
}

/// Makes the data sources of this module known.
public func registerStandardSources(into registry: inout Registry) throws(RegistrationError) {
  for source in standardSources { try registry.register(source) }
}

/// Makes the elements of `<columns>` known.
public func registerStandardColumns(into registry: inout Registry) throws(RegistrationError) {
  try registry.register(NumberColumn.self)
  try registry.register(CategoryColumn.self)
  try registry.register(BooleanColumn.self)
  try registry.register(DateColumn.self)
  try registry.register(TextColumn.self)
  try registry.register(IgnoredColumn.self)
}

/// Makes the preprocessing steps of this module known.
public func registerStandardPreprocessing(into registry: inout Registry) throws(RegistrationError) {
  try registry.register(Scale.self)
  try registry.register(Shift.self)
  try registry.register(Standardize.self)
}
