// Finding values that would spoil a policy, before they are computed with or written.

internal import Diagnostics
internal import Foundation
internal import Synchronization

/// The first value that lies outside a range or is no number, by tensor in the order given and by place.
///
/// One pass over the memory, shared by all cores; the result does not depend on their number.
///
/// - Parameter range: all finite numbers by default.
package func firstValue(
  outside range: ClosedRange<Float> = finiteNumbers, in tensors: [TensorValues]
) -> (tensor: String, value: Float)? {
  let parts = tensors.enumerated().flatMap { index, tensor in
    stride(from: 0, to: tensor.values.count, by: partSize).map { start in
      ValueSearch.Part(
        tensor: index,
        values: UnsafeBufferPointer(
          rebasing: tensor.values[start..<min(start + partSize, tensor.values.count)]))
    }
  }
  let search = ValueSearch(parts: parts, range: range)
  var helpers: [SystemThread] = []
  for _ in 1..<max(1, min(parts.count, ProcessInfo.processInfo.activeProcessorCount)) {
    // Where the system refuses a thread, those that there are do the work.
    guard let helper = try? SystemThread({ search.run() }) else { break }
    helpers.append(helper)
  }
  search.run()
  for helper in helpers { helper.join() }
  return search.found.withLock { $0 }.map { (tensors[parts[$0.part].tensor].name, $0.value) }
}

/// The parts that are looked at, by one thread or several.
private final class ValueSearch: Sendable {
  struct Part: @unchecked Sendable {
    let tensor: Int
    let values: UnsafeBufferPointer<Float>
  }

  private let parts: [Part]
  private let range: ClosedRange<Float>
  private let next = Atomic(0)
  /// The first part yet with a value outside of the range.
  let found = Mutex<(part: Int, value: Float)?>(nil)

  init(parts: [Part], range: ClosedRange<Float>) {
    self.parts = parts
    self.range = range
  }

  /// Looks at one part after the other until none is left.
  func run() {
    while true {
      let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
      guard index < parts.count else { return }
      guard let value = firstValue(outside: range, in: parts[index].values) else { continue }
      found.withLock { found in
        if found.map({ index < $0.part }) ?? true { found = (index, value) }
      }
    }
  }
}

/// All numbers but the infinite ones.
package let finiteNumbers = -Float.greatestFiniteMagnitude...Float.greatestFiniteMagnitude

/// Values that one task looks at.
private let partSize = 1 << 20

private func firstValue(
  outside range: ClosedRange<Float>, in values: UnsafeBufferPointer<Float>
) -> Float? {
  guard let base = values.baseAddress else { return nil }
  let whole = values.count & ~15
  let least = SIMD16<Float>(repeating: range.lowerBound)
  let most = SIMD16<Float>(repeating: range.upperBound)
  for start in stride(from: 0, to: whole, by: 16) {
    let block = UnsafeRawPointer(base + start).loadUnaligned(as: SIMD16<Float>.self)
    // Comparisons with a NaN are false.
    if any(.!((block .>= least) .& (block .<= most))) {
      return values[start..<start + 16].first { !range.contains($0) }
    }
  }
  return values[whole...].first { !range.contains($0) }
}

/// Checks that every tensor can be stored as a policy's.
///
/// - Parameter path: the policy's own name for errors, not that of a folder it is written in first.
/// - Throws: `CheckpointError.divergedTensor`, `CheckpointError.beyondPrecision`.
func checkStorable(
  _ tensors: [TensorValues], as elementType: TensorElementType, path: String
) throws(CheckpointError) {
  let limit = elementType.greatestMagnitude
  guard let (tensor, value) = firstValue(outside: -limit...limit, in: tensors) else { return }
  guard value.isFinite else { throw .divergedTensor(path: path, tensor: tensor, value: value) }
  throw .beyondPrecision(path: path, tensor: tensor, value: value, elementType: elementType)
}

/// Checks that no two tensors have one name.
///
/// - Throws: `CheckpointError.duplicateName`.
func checkNames(_ tensors: [TensorValues], path: String) throws(CheckpointError) {
  var names: Set<String> = []
  for tensor in tensors where !names.insert(tensor.name).inserted {
    throw .duplicateName(path: path, name: tensor.name)
  }
}
