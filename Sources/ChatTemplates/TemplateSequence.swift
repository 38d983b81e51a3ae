// Values that hold others in order, by the kinds that Python keeps apart.

/// Elements that can be gone through as often as one likes.
struct TemplateSequence {
  /// Python's kinds, none of which equals another.
  enum Kind {
    case list, tuple, range
    /// Of a mapping: its keys, values or items, which have no places.
    case view
  }

  let kind: Kind
  let elements: [TemplateValue]
  /// How many lists and mappings are within each other here.
  let depth: Int

  init(_ kind: Kind, _ elements: [TemplateValue]) {
    self.kind = kind
    self.elements = elements
    depth = 1 + (elements.lazy.map(\.depth).max() ?? 0)
  }

  var name: String {
    switch kind {
    case .list: "a list"
    case .tuple: "a tuple"
    case .range: "a range"
    case .view: "a view of a mapping"
    }
  }
}

/// Elements that can be gone through once, as Python's generators and iterators.
final class TemplateGenerator {
  private var elements: [TemplateValue]?
  init(_ elements: [TemplateValue]) { self.elements = elements }

  /// The elements; nil where they were taken before.
  func take() -> [TemplateValue]? {
    defer { elements = nil }
    return elements
  }
}
