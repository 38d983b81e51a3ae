/// What a set of rubrics looks like, in the numbers that the paper gives of its own (section 3.4).
package struct RubricStatistics: Equatable, Sendable {
  /// How many items of the type a rubric has, one number per rubric, 0 included.
  package private(set) var items: [RubricItemType: CountSummary] = [:]
  /// How many items of all types a rubric has.
  package private(set) var allItems = CountSummary()
  /// How many words an item has, one number per item: what white space parts.
  package private(set) var words = CountSummary()

  package init() {}

  /// How many rubrics there are.
  package var rubricCount: Int { allItems.count }

  /// Adds one problem's rubric.
  package mutating func add(_ rubric: [RubricItem]) {
    for type in RubricItemType.allCases {
      items[type, default: CountSummary()].add(rubric.count { $0.type == type })
    }
    allItems.add(rubric.count)
    for item in rubric { words.add(item.text.split(whereSeparator: \.isWhitespace).count) }
  }

  /// The numbers of one type.
  package subscript(type: RubricItemType) -> CountSummary { items[type] ?? CountSummary() }
}
