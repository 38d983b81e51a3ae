import Foundation

struct MissingField: Error {
  let name: String
}

/// A field of a parsed JSON object, as a type that it must have.
func field<T>(_ object: [String: Any], _ name: String, _: T.Type) throws -> T {
  guard let value = object[name] as? T else { throw MissingField(name: name) }
  return value
}

/// Whether two numbers agree to a tolerance, absolute below 1 and relative above.
func agree(_ actual: Double, _ expected: Double, tolerance: Double = 1e-9) -> Bool {
  abs(actual - expected) <= tolerance * max(1, abs(expected))
}

/// The values of a row that the mask selects.
func selected<T>(_ row: [T], _ mask: [Int]) -> [T] {
  zip(row, mask).filter { $0.1 == 1 }.map(\.0)
}
