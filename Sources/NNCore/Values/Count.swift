import NNText

/// Counts that are made of sizes in a user's file: elements, operations, bytes. Their products and sums stop at `largest`
/// where they would become larger, so that what is out of proportion can be shown and refused.
public enum Count {
  /// The largest count; a few of them add up without overflow, and times eight bytes too.
  public static let largest = 1 << 58

  /// The product of counts.
  public static func product(_ factors: Int...) -> Int {
    var result = 1
    for factor in factors {
      let (product, overflow) = result.multipliedReportingOverflow(by: factor)
      if factor == 0 || result == 0 { return 0 }
      result = overflow ? largest : min(product, largest)
    }
    return result
  }

  /// A count for people, who are told if it is larger than can be said.
  static func text(_ count: Int) -> String { count < largest ? grouped(count) : "over " + grouped(largest) }

  /// The sum of counts.
  public static func sum(_ terms: Int...) -> Int { sum(terms) }

  /// The sum of counts.
  public static func sum(_ terms: some Sequence<Int>) -> Int {
    var result = 0
    for term in terms { result = min(result + min(term, largest), largest) }
    return result
  }
}
