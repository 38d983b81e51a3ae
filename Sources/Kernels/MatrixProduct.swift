// Matrix products, by OpenBLAS on the calling thread only: the lanes above are what runs in parallel.

internal import CKernels
internal import COpenBLAS

/// A matrix read with its rows as columns.
package struct TransposedRows {
  let rows: Rows
}

extension Rows {
  package var transposed: TransposedRows { TransposedRows(rows: self) }
}

/// c = a · b, or c += a · b. Shapes: a [m, k], b [k, n], c [m, n].
///
/// The sum over k runs in an order that depends on the shapes alone.
package func matrixProduct(_ a: Rows, _ b: Rows, into c: Rows, accumulates: Bool = false) {
  precondition(a.rowCount == c.rowCount && a.width == b.rowCount && b.width == c.width, misfit)
  product(a, CblasNoTrans, b, CblasNoTrans, inner: a.width, c, accumulates)
}

/// c = a · bᵀ, or c += a · bᵀ. Shapes: a [m, k], b [n, k], c [m, n].
package func matrixProduct(_ a: Rows, _ b: TransposedRows, into c: Rows, accumulates: Bool = false)
{
  let b = b.rows
  precondition(a.rowCount == c.rowCount && a.width == b.width && b.rowCount == c.width, misfit)
  product(a, CblasNoTrans, b, CblasTrans, inner: a.width, c, accumulates)
}

/// c = aᵀ · b, or c += aᵀ · b. Shapes: a [k, m], b [k, n], c [m, n].
package func matrixProduct(_ a: TransposedRows, _ b: Rows, into c: Rows, accumulates: Bool = false)
{
  let a = a.rows
  precondition(a.width == c.rowCount && a.rowCount == b.rowCount && b.width == c.width, misfit)
  product(a, CblasTrans, b, CblasNoTrans, inner: a.rowCount, c, accumulates)
}

/// What OpenBLAS multiplies with here.
package enum OpenBLASKernels {
  /// Those for processors that do not multiply and add at a time, or not eight numbers.
  private static let slow: Set = [
    "Athlon", "Atom", "Banias", "Barcelona", "Bobcat", "Bulldozer", "Coppermine", "Core2",
    "Dunnington", "Katmai", "Nano", "Nehalem", "Northwood", "Opteron", "Opteron_SSE3", "Penryn",
    "Piledriver", "Prescott", "Sandybridge", "Steamroller",
  ]

  /// What a user should know of float32 products on this machine: an OpenBLAS that is older than a processor may take it for one of
  /// twenty years ago.
  package static var remark: String? {
    let level = x86_level()
    let chosen = String(cString: openblas_get_corename())
    guard level >= 3, slow.contains(chosen) else { return nil }
    return
      "OpenBLAS takes this processor for an older one (\(chosen)) and multiplies several times slower than it could;"
      + " set OPENBLAS_CORETYPE=\(level == 4 ? "SKYLAKEX" : "HASWELL") in the environment"
  }
}

private var misfit: String { "shapes of a product do not fit" }

/// Makes OpenBLAS stay on the thread that calls it. Evaluated once, before the first product.
private let openBLASIsSingleThreaded: Bool = {
  openblas_set_num_threads(1)
  return true
}()

private func product(
  _ a: Rows, _ aLayout: CBLAS_TRANSPOSE, _ b: Rows, _ bLayout: CBLAS_TRANSPOSE, inner: Int,
  _ c: Rows, _ accumulates: Bool
) {
  guard c.rowCount > 0, c.width > 0, inner > 0, openBLASIsSingleThreaded else { return }
  cblas_sgemm(
    CblasRowMajor, aLayout, bLayout, blasint(c.rowCount), blasint(c.width), blasint(inner), 1,
    a.base, blasint(a.stride), b.base, blasint(b.stride), accumulates ? 1 : 0, c.base,
    blasint(c.stride))
}
