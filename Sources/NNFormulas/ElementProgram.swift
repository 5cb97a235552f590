import NNKernels

/// A graph as steps over blocks of elements that stay in the nearest cache: what a pass of a defined layer runs.
///
/// Rows are passed over as often as sums along them have to be known first. Between two passes, values of rows are computed
/// from the sums.
struct ElementProgram: Sendable {
  /// An array that the program reads or writes.
  enum Array: Hashable, Sendable {
    case input(Int)
    case parameter(Int)
    case upstream
    case output(Int)
    /// Where a parameter's gradient is gathered, or, for one that is a single number, where its sum goes.
    case gradient(Int)
  }

  /// The steps for rows of a certain length.
  struct Schedule: Sendable {
    var steps: [ElementStep] = []
    /// For each pass, and after the last one: what is computed of a row's sums before it.
    var rows: [Range<Int>] = []
    /// For each pass: what is computed of each block.
    var passes: [Range<Int>] = []
    var registerCount = 0
  }

  /// The steps for several short rows at once. A value of rows is then a block with a number for each of them.
  struct JoinedSchedule: Sendable {
    /// A pass begins with steps that repeat values of rows along them, and ends with sums along each row.
    var schedule = Schedule()
    /// For each pass the number of its first steps that repeat, and of its last ones that sum.
    var repeats: [Int] = []
    var sums: [Int] = []
    /// For each step of the schedule the same one with operands in the slots 0 and 1.
    var moved: [ElementStep] = []
  }

  /// Slots that move with the elements, with the rows, along a row, and with the channels.
  var elements: [Array] = []
  var rows: [Array] = []
  var features: [Array] = []
  var channels: [Array] = []
  /// Slots of parameters that are single numbers.
  var singles: [Array] = []
  /// The numbers of the first slots of scalars; nil for the reciprocal of a row's length.
  var constants: [Double?] = []
  /// Sums along rows, by the pass that makes them. Sum k is handed on as scalar `firstSumScalar` + k.
  var rowSums: [Range<Int>] = []
  var rowSumCount = 0
  /// Whether the number of elements of a row is read.
  var readsRowLength = false
  var firstSumScalar = 0
  /// Scalars in total.
  var scalarCount = 0
  /// Sums over everything: the scalar that each becomes; its sum is number `rowSumCount` + index.
  var totals: [Int] = []
  /// What is computed once, before all rows.
  var prelude: [ElementStep] = []
  /// What is computed of the sums over everything, and for each parameter the slot of its gradient.
  var finale: [ElementStep] = []
  var singleGradients: [(parameter: Int, slot: Int)] = []
  /// Where a whole row is one block, nothing is computed twice.
  var short = Schedule()
  /// Where several rows are one block.
  var joined = JoinedSchedule()
  /// Where rows are cut into blocks, each pass computes anew what it needs.
  var long = Schedule()

  /// Slots before the scalars.
  var arrayCount: Int { elements.count + rows.count + features.count + channels.count + singles.count }
  var firstScalar: Int { arrayCount }
  var firstRegister: Int { firstScalar + scalarCount }
  /// Whether values belong to rows or channels.
  var hasRows: Bool { !rows.isEmpty || !channels.isEmpty || rowSumCount > 0 }
  /// Whether a row is what stands along the last dimension.
  var hasFeatureRows: Bool { !rows.isEmpty || !features.isEmpty || rowSumCount > 0 || readsRowLength }
}
