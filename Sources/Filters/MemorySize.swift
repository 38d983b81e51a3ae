import ArgumentParser
import Foundation

/// An amount of memory as an option gives it: bytes, or with K, M, G or T for powers of 1,024, such as `6G` or `1.5G`.
package struct MemorySize: Equatable, Sendable, CustomStringConvertible {
  package let bytes: Int

  package init(bytes: Int) { self.bytes = bytes }

  package init?(argument: String) {
    var number = argument[...]
    var unit = 1.0
    if let last = argument.last, let power = "KMGT".firstIndex(of: Character(last.uppercased())) {
      unit = pow(1024, Double("KMGT".distance(from: "KMGT".startIndex, to: power) + 1))
      number = argument.dropLast()
    }
    guard let value = Double(number), let bytes = Int(exactly: (value * unit).rounded()), bytes > 0
    else { return nil }
    self.bytes = bytes
  }

  /// What this machine has, or this process's control group may take of it.
  package static var ofMachine: MemorySize {
    var bytes = Int(clamping: ProcessInfo.processInfo.physicalMemory)
    for path in ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"] {
      // A group without a limit says "max"; outside of any there is no such file.
      if let text = try? String(contentsOfFile: path, encoding: .utf8),
        let limit = Int(text.trimmingCharacters(in: .whitespacesAndNewlines)), limit > 0
      {
        bytes = min(bytes, limit)
      }
    }
    return MemorySize(bytes: bytes)
  }

  /// As an option would give it, rounded up to a tenth of a gigabyte or to a megabyte: "2.4G", "97M".
  package var rounded: String {
    if bytes >= 1 << 30 {
      let tenths = (bytes - 1) / (1 << 30) * 10 + ((bytes - 1) % (1 << 30) * 10) >> 30 + 1
      return tenths % 10 == 0 ? "\(tenths / 10)G" : "\(tenths / 10).\(tenths % 10)G"
    }
    return "\((bytes + 1 << 20 - 1) >> 20)M"
  }

  /// In the largest unit that divides it.
  package var description: String {
    var (value, unit) = (bytes, "")
    for next in ["K", "M", "G", "T"] where value % 1024 == 0 && value > 0 {
      (value, unit) = (value / 1024, next)
    }
    return "\(value)\(unit)"
  }
}

extension MemorySize: ExpressibleByArgument {}
