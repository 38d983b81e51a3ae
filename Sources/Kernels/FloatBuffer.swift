// Memory that kernels work on.

/// A flat run of float32 numbers that owns its memory: parameters, gradients, or scratch.
///
/// Crossing threads is safe as long as no two write the same elements at once; the lanes see to that.
package final class FloatBuffer: @unchecked Sendable {
  package let count: Int
  /// The first element, aligned to a cache line at least.
  package let base: UnsafeMutablePointer<Float>
  /// Where the numbers lie in pages of their own; nil where they are the allocator's.
  private let pages: ZeroPages?

  /// Numbers that are all 0.
  package init(count: Int) {
    self.count = count
    let capacity = max(count, 1)
    let bytes = capacity * MemoryLayout<Float>.stride
    pages = ZeroPages(byteCount: bytes)
    if let pages {
      base = pages.base.bindMemory(to: Float.self, capacity: capacity)
    } else {
      let isLarge = bytes >= HugePages.byteCount
      let memory = UnsafeMutableRawPointer.allocate(
        byteCount: bytes, alignment: isLarge ? HugePages.byteCount : 64)
      if isLarge { HugePages.advise(memory, byteCount: bytes) }
      base = memory.bindMemory(to: Float.self, capacity: capacity)
      base.initialize(repeating: 0, count: capacity)
    }
  }

  deinit {
    if pages == nil { base.deallocate() }
  }

  /// All elements; valid as long as the buffer lives.
  package var elements: UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(start: base, count: count)
  }

  /// Sets every element to 0.
  package func zero() { base.update(repeating: 0, count: count) }

  /// An independent buffer of the same numbers.
  package func copy() -> FloatBuffer {
    let result = FloatBuffer(count: count)
    result.base.update(from: base, count: count)
    return result
  }

  /// A matrix view of `rowCount` × `width` elements from `offset` on.
  package func rows(_ rowCount: Int, _ width: Int, at offset: Int = 0) -> Rows {
    precondition(offset >= 0 && offset + rowCount * width <= count, "a view beyond its buffer")
    return Rows(base: base + offset, rowCount: rowCount, width: width, stride: width)
  }
}

/// A row-major matrix inside memory that someone else owns; `stride` is the distance of two rows, in elements.
/// Crossing threads is safe under the same terms as for `FloatBuffer`.
package struct Rows: @unchecked Sendable {
  package let base: UnsafeMutablePointer<Float>
  package let rowCount: Int
  package let width: Int
  package let stride: Int

  package init(base: UnsafeMutablePointer<Float>, rowCount: Int, width: Int, stride: Int) {
    self.base = base
    self.rowCount = rowCount
    self.width = width
    self.stride = stride
  }

  /// Rows of the range, all columns.
  package subscript(rows range: Range<Int>) -> Rows {
    precondition(range.lowerBound >= 0 && range.upperBound <= rowCount, "rows beyond a matrix")
    return Rows(
      base: base + range.lowerBound * stride, rowCount: range.count, width: width, stride: stride)
  }

  /// Columns of the range, all rows.
  package subscript(columns range: Range<Int>) -> Rows {
    precondition(range.lowerBound >= 0 && range.upperBound <= width, "columns beyond a matrix")
    return Rows(
      base: base + range.lowerBound, rowCount: rowCount, width: range.count, stride: stride)
  }

  /// The address of one row.
  package subscript(row index: Int) -> UnsafeMutablePointer<Float> {
    precondition(index >= 0 && index < rowCount, "a row beyond a matrix")
    return base + index * stride
  }

  /// Sets every element to 0.
  package func zero() {
    for row in 0..<rowCount { (base + row * stride).update(repeating: 0, count: width) }
  }
}
