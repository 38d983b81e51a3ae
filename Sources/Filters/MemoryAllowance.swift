import Foundation

/// How much more memory this process may take, and what bounds it.
///
/// The least of its limits (`ulimit -v`, `ulimit -d`), of what its control groups leave, and of what the machine has free. What the
/// system keeps of files counts as free. The limits count what is only reserved, too, such as the stacks of threads.
package struct MemoryAllowance: Equatable, Sendable {
  package let bytes: Int
  /// What bounds it, as the end of a sentence: "by its limit on virtual memory ('ulimit -v')".
  package let bound: String

  /// What holds now; nil where the system does not tell.
  package static var now: MemoryAllowance? { now(besideThreads: 0) }

  /// What holds once so many threads have been started.
  package static func now(besideThreads threadCount: Int) -> MemoryAllowance? {
    MemoryAllowance(pageBytes: Int(sysconf(Int32(_SC_PAGESIZE))), threadCount: threadCount) {
      try? String(contentsOfFile: $0, encoding: .utf8)
    }
  }

  /// - Parameters:
  ///   - threadCount: threads that are still to be started.
  ///   - read: the text of a file, nil where there is none; Linux tells all of it in files.
  package init?(pageBytes: Int, threadCount: Int = 0, read: (String) -> String?) {
    let bounds =
      Self.limits(pageBytes, threadCount, read) + Self.controlGroups(read)
      + [Self.machine(read)].compactMap { $0 }
    guard let least = bounds.min(by: { $0.bytes < $1.bytes }) else { return nil }
    bytes = max(0, least.bytes)
    bound = least.bound
  }

  private typealias Bound = (bytes: Int, bound: String)

  // MARK: Limits of the process

  /// What the limits leave; nil of a process without them.
  static func left(
    pageBytes: Int = Int(sysconf(Int32(_SC_PAGESIZE))),
    read: (String) -> String? = { try? String(contentsOfFile: $0, encoding: .utf8) }
  ) -> Int? {
    limits(pageBytes, 0, read).map(\.bytes).min()
  }

  private static func limits(
    _ pageBytes: Int, _ threadCount: Int, _ read: (String) -> String?
  ) -> [Bound] {
    guard let text = read("/proc/self/limits"),
      let pages = read("/proc/self/statm")?.split(whereSeparator: \.isWhitespace).map({ Int($0) }),
      pages.count > 5, let size = pages[0], let data = pages[5]
    else { return [] }
    func limit(_ title: String) -> Int? {
      text.split(separator: "\n").first { $0.hasPrefix(title) }?
        .dropFirst(title.count).split(separator: " ").first.flatMap { Int($0) }
    }
    let stackBytes = limit("Max stack size") ?? 8 << 20
    return [
      ("Max address space", size, "by its limit on virtual memory ('ulimit -v')"),
      ("Max data size", data, "by its limit on data ('ulimit -d')"),
    ].compactMap { title, used, bound in
      guard let limit = limit(title) else { return nil }
      return (limit - used * pageBytes - threadCount * (stackBytes + pageBytes), bound)
    }
  }

  // MARK: Control groups

  private static func controlGroups(_ read: (String) -> String?) -> [Bound] {
    var bounds: [Bound] = []
    for line in (read("/proc/self/cgroup") ?? "").split(separator: "\n") {
      // Number, controllers, path; version 2 has the number 0 and names no controller.
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { continue }
      if parts[0] == "0", parts[1].isEmpty {
        bounds += groups(
          String(parts[2]), below: "/sys/fs/cgroup",
          GroupFiles(limit: "memory.max", usage: "memory.current", prefix: ""), read)
      } else if parts[1].split(separator: ",").contains("memory") {
        bounds += groups(
          String(parts[2]), below: "/sys/fs/cgroup/memory",
          GroupFiles(
            limit: "memory.limit_in_bytes", usage: "memory.usage_in_bytes", prefix: "total_"), read)
      }
    }
    return bounds
  }

  private struct GroupFiles {
    let limit: String
    let usage: String
    /// Of the names in `memory.stat` that count the groups within.
    let prefix: String
  }

  /// What a group and those around it leave; in a container the group's path may be that outside of it.
  private static func groups(
    _ path: String, below root: String, _ files: GroupFiles, _ read: (String) -> String?
  ) -> [Bound] {
    var names = path.split(separator: "/")
    var bounds: [Bound] = []
    while true {
      let folder = ([root] + names.map(String.init)).joined(separator: "/")
      if let limit = number(read("\(folder)/\(files.limit)")),
        let usage = number(read("\(folder)/\(files.usage)"))
      {
        let kept = fileBytes(read("\(folder)/memory.stat") ?? "", prefix: files.prefix)
        bounds.append((limit - max(0, usage - kept), "by its control group"))
      }
      guard !names.isEmpty else { return bounds }
      names.removeLast()
    }
  }

  private static func number(_ text: String?) -> Int? {
    text.flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
  }

  /// Bytes of files that the system gives up before a group runs out of memory.
  private static func fileBytes(_ statistics: String, prefix: String) -> Int {
    statistics.split(separator: "\n").reduce(0) { sum, line in
      let words = line.split(separator: " ")
      guard words.count == 2, let bytes = Int(words[1]),
        words[0] == prefix + "inactive_file" || words[0] == prefix + "active_file"
      else { return sum }
      return sum + bytes
    }
  }

  // MARK: The machine

  private static func machine(_ read: (String) -> String?) -> Bound? {
    guard let text = read("/proc/meminfo") else { return nil }
    func bytes(_ title: String) -> Int? {
      text.split(separator: "\n").first { $0.hasPrefix(title) }?
        .split(separator: " ").dropFirst().first.flatMap { Int($0) }.map { $0 << 10 }
    }
    guard let available = bytes("MemAvailable:") else { return nil }
    return (available + (bytes("SwapFree:") ?? 0), "by what the machine has free")
  }
}
