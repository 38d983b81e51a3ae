internal import CKernels

// Products of matrices that stay in the cache where they lie, as attention's do: to lay them out first would cost as much.

/// c = a · b, or c += a · b. Shapes: a [m, k], b [k, n], c [m, n].
func blockProduct(_ a: Rows, _ b: Rows, into c: Rows, accumulates: Bool = false) {
  precondition(a.rowCount == c.rowCount && a.width == b.rowCount && b.width == c.width, misfit)
  block_product(
    a.base, a.stride, 1, b.base, b.stride, c.base, c.stride, c.rowCount, c.width, a.width,
    accumulates ? 1 : 0)
}

/// c = aᵀ · b, or c += aᵀ · b. Shapes: a [k, m], b [k, n], c [m, n].
func blockProduct(_ a: TransposedRows, _ b: Rows, into c: Rows, accumulates: Bool = false) {
  let a = a.rows
  precondition(a.width == c.rowCount && a.rowCount == b.rowCount && b.width == c.width, misfit)
  block_product(
    a.base, 1, a.stride, b.base, b.stride, c.base, c.stride, c.rowCount, c.width, a.rowCount,
    accumulates ? 1 : 0)
}

/// Copies aᵀ. Shapes: a [m, n], c [n, m].
func transpose(_ a: Rows, into c: Rows) {
  precondition(a.rowCount == c.width && a.width == c.rowCount, misfit)
  CKernels.transpose(a.base, a.stride, a.rowCount, a.width, c.base, c.stride)
}

private var misfit: String { "shapes of a block product do not fit" }
