// Matrix products on the calling thread: the lanes above are what runs in parallel.

internal import CKernels

/// A matrix read with its rows as columns.
package struct TransposedRows {
  let rows: Rows
}

extension Rows {
  package var transposed: TransposedRows { TransposedRows(rows: self) }
}

// A number of c is the same for any other rows and columns beside it, and on every processor of level 3 of x86-64 or above: its sum runs
// over k in an order that depends on the count alone.

/// c = a · b, or c += a · b. Shapes: a [m, k], b [k, n], c [m, n].
package func matrixProduct(_ a: Rows, _ b: Rows, into c: Rows, accumulates: Bool = false) {
  precondition(a.rowCount == c.rowCount && a.width == b.rowCount && b.width == c.width, misfit)
  product(a, b, inner: a.width, c, accumulates)
}

/// c = a · bᵀ, or c += a · bᵀ. Shapes: a [m, k], b [n, k], c [m, n].
package func matrixProduct(_ a: Rows, _ b: TransposedRows, into c: Rows, accumulates: Bool = false)
{
  let b = b.rows
  precondition(a.rowCount == c.rowCount && a.width == b.width && b.rowCount == c.width, misfit)
  product(a, b, bIsTransposed: true, inner: a.width, c, accumulates)
}

/// c = aᵀ · b, or c += aᵀ · b. Shapes: a [k, m], b [k, n], c [m, n].
package func matrixProduct(_ a: TransposedRows, _ b: Rows, into c: Rows, accumulates: Bool = false)
{
  let a = a.rows
  precondition(a.width == c.rowCount && a.rowCount == b.rowCount && b.width == c.width, misfit)
  product(a, aIsTransposed: true, b, inner: a.rowCount, c, accumulates)
}

private var misfit: String { "shapes of a product do not fit" }

private func product(
  _ a: Rows, aIsTransposed: Bool = false, _ b: Rows, bIsTransposed: Bool = false, inner: Int,
  _ c: Rows, _ accumulates: Bool
) {
  guard inner > 0 else {
    if !accumulates { c.zero() }
    return
  }
  let (isTurned, isTransposed): (Int32, Int32) = (aIsTransposed ? 1 : 0, bIsTransposed ? 1 : 0)
  let room = LentMemory(byteCount: matrix_product_room(isTurned) * MemoryLayout<Float>.stride)
  matrix_product(
    a.base, a.stride, isTurned, b.base, b.stride, isTransposed, c.base, c.stride, c.rowCount,
    c.width, inner, accumulates ? 1 : 0, room.base.assumingMemoryBound(to: Float.self))
}
