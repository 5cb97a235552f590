import NNCore

/// The net while it is read: its elements so far, their names, and the scopes that blocks and repetitions open.
struct NetworkInProgress {
  /// An input or a layer, right or wrong: a wrong one keeps its name, so that what reads it is not wrong as well.
  struct Item {
    /// Its index in the tree.
    var element: Int
    var name: String
    var kind: ElementKind
    /// The declaration, if it is known.
    var schema: ElementSchema?
    var sharedWith: Int?
    /// The element, if it is right.
    var result: NetworkElement?
  }

  /// Where names are looked up: the net itself, or one use of a block or one round of a repetition.
  struct Scope {
    /// Stands before every name defined in it; with a point at its end, or empty.
    var prefix = ""
    /// The scope around it.
    var parent: Int?
    /// The scope that counts and prefixes names; a repetition without a name shares that around it.
    var naming = 0
    /// The `<use>` that opened it.
    var use: Int?
    /// The block or repetition, in words.
    var title = ""
    var parameters: [String: String] = [:]
    /// What `{input}` stands for.
    var inputs: [NetworkElement.Reference] = []
    /// Names given to elements in it, which unnamed ones must not take.
    var reserved: Set<String> = []
    /// In a step of a recurrent layer behind the first: the items at which the first step and this one begin. Theirs are
    /// the same elements in the same order, which share parameters.
    var sharing: (first: Int, own: Int)?
    /// Uses and repetitions around it.
    var depth = 0
    /// Blocks from this index of the tree on cannot be used yet.
    var blockLimit = Int.max
  }

  struct Block {
    var element: Int
    /// The parameters in order, with their defaults.
    var parameters: [(name: String, defaultValue: String?)]
    var isUsed = false
    /// The names given to elements in it.
    var names: Set<String> = []
  }

  /// A name that was not defined where it was read.
  struct Unresolved {
    var word: String
    var position: SourcePosition
    var attribute: SourceAttribute
    var scope: Int
    /// How many names were defined then.
    var known: Int
    /// The index that the reading element gets.
    var item: Int
  }

  var items: [Item] = []
  var scopes: [Scope] = []
  var blocks: [String: Block] = [:]
  var names = NetworkNames<NetworkElement.Reference>()
  /// What an element without `from` reads.
  var current: [NetworkElement.Reference] = []
  var unresolved: [Unresolved] = []
  /// Elements visited, against runaway expansion.
  var visited = 0
  /// Bytes of the attributes of the elements visited.
  var bytes = 0
  var isExhausted = false
}
