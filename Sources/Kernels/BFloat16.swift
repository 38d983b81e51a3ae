internal import CKernels

/// What the operands of matrix products are rounded to before they are multiplied, and by what. Sums are float32 always.
package enum ProductPrecision: String, CaseIterable, Sendable {
  case float32 = "f32"
  /// The upper half of float32: its range, and 8 bits of it count.
  case bfloat16 = "bf16"
  /// The same numbers, multiplied by the library oneDNN, which need not be there.
  case bfloat16ByOneDNN = "bf16-onednn"

  /// Those that this program can compute on this machine.
  package static let available = allCases.filter { $0.hindrance == nil }

  /// Why this one cannot be computed here, and what to do.
  package var hindrance: String? {
    guard self == .bfloat16ByOneDNN else { return nil }
    switch bfloat16_onednn_state() {
    case ONEDNN_LACKS_HEADER:
      return """
        srar was built without oneDNN: install its development files (Debian's libdnnl-dev), build again from scratch \
        (make clean), or take bf16
        """
    case ONEDNN_LACKS_LIBRARY:
      return
        "the library oneDNN that srar was built with is not found: install it again, or take bf16"
    case ONEDNN_LACKS_INSTRUCTIONS:
      return "oneDNN multiplies no bfloat16 numbers fast on this processor: take bf16"
    default: return nil
    }
  }

  /// How bfloat16 numbers are multiplied; nil for float32.
  package var bfloat16Arithmetic: BFloat16Arithmetic? {
    switch self {
    case .float32: nil
    case .bfloat16: .best
    case .bfloat16ByOneDNN: .oneDNN
    }
  }

  /// How attention multiplies bfloat16 numbers: always with the sums of tiles, which generation takes as well; nil for float32.
  package var attentionArithmetic: BFloat16Arithmetic? {
    guard self != .float32 else { return nil }
    return BFloat16Arithmetic.tiles.isAvailable ? .tiles : .expanded
  }

  /// Of one number of an operand.
  package var operandByteCount: Int {
    self == .float32 ? MemoryLayout<Float>.stride : MemoryLayout<UInt16>.stride
  }

  /// What a user should know of this precision on this machine.
  package var remark: String? {
    guard bfloat16Arithmetic == .expanded else { return nil }
    return "bf16 is computed as float32, since this processor does not multiply such numbers itself"
  }
}

/// How bfloat16 numbers are multiplied. Numbers below the least normal one are taken for 0, as the processors' own instructions take them.
package enum BFloat16Arithmetic: CaseIterable, Sendable {
  /// As the float32 numbers that they are; on any processor. The results are those of tiles.
  case expanded
  /// By vector instructions: AVX512-BF16. Sums are rounded in an order of their own.
  case pairs
  /// By tile registers: AMX-BF16.
  case tiles
  /// By oneDNN, with the instructions that it chooses.
  case oneDNN

  var way: bfloat16_way {
    switch self {
    case .expanded: BFLOAT16_EXPANDED
    case .pairs: BFLOAT16_PAIRS
    case .tiles: BFLOAT16_TILES
    case .oneDNN: BFLOAT16_BY_ONEDNN
    }
  }

  /// Of one number of a first factor.
  package var rowByteCount: Int {
    self == .expanded ? MemoryLayout<Float>.stride : MemoryLayout<UInt16>.stride
  }

  package var isAvailable: Bool { bfloat16_way_is_available(way) != 0 }

  /// Those that there are on this machine. Looks for oneDNN.
  package static let available = allCases.filter(\.isAvailable)

  /// The fastest of our own.
  package static let best = [tiles, pairs].first(where: \.isAvailable) ?? .expanded
}

/// The second factor of products of bfloat16 numbers, [inner, columns]: rounded, and laid out for one arithmetic.
///
/// The copy is made by `pack`; it is the caller's to call it again after the numbers have changed. Products may read it from several
/// threads.
package final class BFloat16Panels: @unchecked Sendable {
  package private(set) var inner: Int
  package private(set) var columnCount: Int
  package let arithmetic: BFloat16Arithmetic
  /// Owns the memory of the panels.
  private let memory: AnyObject
  /// Of that memory.
  private let byteCount: Int
  fileprivate let panels: UnsafeMutablePointer<UInt16>

  /// Numbers that are not set before `pack`.
  ///
  /// - Parameter isBrief: whether they are given up soon, and others like them are wanted then.
  package init(
    inner: Int, columnCount: Int, for arithmetic: BFloat16Arithmetic, isBrief: Bool = false
  ) {
    self.inner = inner
    self.columnCount = columnCount
    self.arithmetic = arithmetic
    byteCount = Self.byteCount(inner: inner, columnCount: columnCount, for: arithmetic)
    let base: UnsafeMutableRawPointer
    if isBrief {
      let lent = LentMemory(byteCount: byteCount)
      (memory, base) = (lent, lent.base)
    } else {
      let buffer = FloatBuffer(count: byteCount / MemoryLayout<Float>.stride)
      (memory, base) = (buffer, UnsafeMutableRawPointer(buffer.base))
    }
    panels = base.assumingMemoryBound(to: UInt16.self)
  }

  /// Bytes of memory.
  static func byteCount(
    inner: Int, columnCount: Int, for arithmetic: BFloat16Arithmetic
  ) -> Int {
    bfloat16_panels_count(inner, columnCount, arithmetic.way) * MemoryLayout<UInt16>.stride
  }

  /// Takes over b [inner, columns], which may have another shape than before as far as there is room.
  package func pack(_ b: Rows) {
    reshape(inner: b.rowCount, columnCount: b.width)
    bfloat16_pack_panels(b.base, b.stride, 0, inner, columnCount, arithmetic.way, panels)
  }

  /// Takes over bᵀ, of b [columns, inner].
  package func pack(_ b: TransposedRows) {
    let b = b.rows
    reshape(inner: b.width, columnCount: b.rowCount)
    bfloat16_pack_panels(b.base, b.stride, 1, inner, columnCount, arithmetic.way, panels)
  }

  private func reshape(inner: Int, columnCount: Int) {
    precondition(
      Self.byteCount(inner: inner, columnCount: columnCount, for: arithmetic) <= byteCount, misfit)
    (self.inner, self.columnCount) = (inner, columnCount)
  }

  /// Columns that are computed together: 24 or 32, by the processor's vectors.
  package static let width = panel_width()
}

/// The first factor of products of bfloat16 numbers, [rows, inner]: rounded, and laid out for one arithmetic.
package final class BFloat16Rows: @unchecked Sendable {
  package let rowCount: Int
  package let inner: Int
  private let arithmetic: BFloat16Arithmetic
  private let memory: LentMemory

  /// A copy of a [rows, inner].
  package convenience init(_ a: Rows, for arithmetic: BFloat16Arithmetic) {
    self.init(a, isTransposed: false, rowCount: a.rowCount, inner: a.width, arithmetic)
  }

  /// A copy of aᵀ, of a [inner, rows].
  package convenience init(_ a: TransposedRows, for arithmetic: BFloat16Arithmetic) {
    self.init(
      a.rows, isTransposed: true, rowCount: a.rows.width, inner: a.rows.rowCount, arithmetic)
  }

  private init(
    _ a: Rows, isTransposed: Bool, rowCount: Int, inner: Int, _ arithmetic: BFloat16Arithmetic
  ) {
    self.rowCount = rowCount
    self.inner = inner
    self.arithmetic = arithmetic
    precondition(arithmetic.isAvailable, "an arithmetic that is not here")
    memory = LentMemory(
      byteCount: Self.byteCount(rowCount: rowCount, inner: inner, for: arithmetic))
    bfloat16_pack_left(
      a.base, a.stride, isTransposed ? 1 : 0, rowCount, inner, arithmetic.way, memory.base)
  }

  /// Bytes of memory.
  static func byteCount(rowCount: Int, inner: Int, for arithmetic: BFloat16Arithmetic) -> Int {
    bfloat16_left_size(rowCount, inner, arithmetic.way)
  }

  /// c = self · b, or c += self · b, of some columns of b, which begin a panel, and as many of its first rows as there are columns of self;
  /// all of them by oneDNN. Shapes: b [inner, columns], c [rows, columns].
  ///
  /// A row's result does not depend on the others.
  package func multiply(
    _ b: BFloat16Panels, columns: Range<Int>? = nil, into c: Rows, accumulates: Bool = false
  ) {
    let columns = columns ?? 0..<b.columnCount
    precondition(
      b.arithmetic == arithmetic && c.rowCount == rowCount
        && (b.inner == inner || b.inner > inner && arithmetic != .oneDNN)
        && c.width == columns.count && columns.upperBound <= b.columnCount
        && columns.lowerBound % BFloat16Panels.width == 0, misfit)
    guard c.rowCount > 0, c.width > 0 else { return }
    let status = bfloat16_multiply(
      memory.base, rowCount, inner, arithmetic.way, b.panels, b.inner, b.columnCount,
      columns.lowerBound, columns.count, c.base, c.stride, accumulates ? 1 : 0)
    precondition(status == 0, "oneDNN failed to multiply, with its status \(status)")
  }
}

private var misfit: String { "factors of a bfloat16 product do not fit" }
