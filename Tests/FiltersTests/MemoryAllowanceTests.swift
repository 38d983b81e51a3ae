import Filters
import Testing

@Suite("memory that is left to a process") struct MemoryAllowanceTests {
  private static let unlimited = """
    Limit                     Soft Limit           Hard Limit           Units
    Max data size             unlimited            unlimited            bytes
    Max address space         unlimited            unlimited            bytes
    """

  private static let files = [
    "/proc/self/limits": unlimited, "/proc/self/statm": "1000 500 10 5 0 300 0\n",
    "/proc/self/cgroup": "0::/\n",
    "/proc/meminfo": "MemTotal: 9000 kB\nMemAvailable:    5000 kB\nSwapFree:   1000 kB\n",
  ]

  private func allowance(_ changes: [String: String]) -> MemoryAllowance? {
    let files = Self.files.merging(changes) { $1 }
    return MemoryAllowance(pageBytes: 4096) { files[$0] }
  }

  @Test("is what the machine has free where nothing else bounds it, the swap space included")
  func machine() {
    #expect(allowance([:])?.bytes == 6_144_000)
    #expect(allowance([:])?.bound == "by what the machine has free")
  }

  @Test("is nothing known where the system tells nothing")
  func unknown() {
    #expect(MemoryAllowance(pageBytes: 4096) { _ in nil } == nil)
  }

  @Test("is what a limit leaves beside what is used")
  func limits() {
    func limited(_ title: String) -> MemoryAllowance? {
      allowance([
        "/proc/self/limits": Self.unlimited.replacing(
          "\(title) unlimited            unlimited ", with: "\(title) 5000000 9000000 ")
      ])
    }
    let space = limited("Max address space        ")
    #expect(space?.bytes == 5_000_000 - 1000 * 4096)
    #expect(space?.bound == "by its limit on virtual memory ('ulimit -v')")
    let data = limited("Max data size            ")
    #expect(data?.bytes == 5_000_000 - 300 * 4096)
    #expect(data?.bound == "by its limit on data ('ulimit -d')")
  }

  @Test("counts the stacks of threads that are still to be started against the limits alone")
  func threads() {
    func allowance(_ limits: String) -> MemoryAllowance? {
      let files = Self.files.merging(["/proc/self/limits": limits]) { $1 }
      return MemoryAllowance(pageBytes: 4096, threadCount: 3) { files[$0] }
    }
    let limits = Self.unlimited.replacing(
      "Max address space         unlimited", with: "Max address space         5000000")
    let stacks = "Max stack size            100000               unlimited            bytes\n"
    #expect(
      allowance(stacks + limits)?.bytes == 5_000_000 - 1000 * 4096 - 3 * (100_000 + 4096))
    #expect(allowance(limits)?.bytes == 0)
    #expect(allowance(stacks + Self.unlimited)?.bytes == 6_144_000)
  }

  @Test("is what the narrowest control group leaves, files that it can give up not counted")
  func controlGroups() {
    let group = "/sys/fs/cgroup/jobs"
    let second = [
      "/proc/self/cgroup": "0::/jobs/one\n", "\(group)/one/memory.max": "max\n",
      "\(group)/one/memory.current": "9000000\n", "\(group)/memory.max": "3000000\n",
      "\(group)/memory.current": "2000000\n",
      "\(group)/memory.stat": "anon 5\ninactive_file 400000\nactive_file 100000\nshmem 7\n",
    ]
    #expect(allowance(second)?.bytes == 1_500_000)
    #expect(allowance(second)?.bound == "by its control group")
    let root = "/sys/fs/cgroup/memory"
    let first = [
      // The path of the host, which the container does not see.
      "/proc/self/cgroup": "4:memory:/docker/1f\n1:cpu:/\n0::/\n",
      "\(root)/memory.limit_in_bytes": "3000000\n", "\(root)/memory.usage_in_bytes": "2500000\n",
      "\(root)/memory.stat": "inactive_file 1\ntotal_inactive_file 10\ntotal_active_file 20\n",
    ]
    #expect(allowance(first)?.bytes == 500_030)
    #expect(
      allowance(first.merging(["\(root)/memory.limit_in_bytes": "9223372036854771712"]) { $1 })?
        .bytes == 6_144_000)
    // Used up, not negative.
    #expect(allowance(first.merging(["\(root)/memory.limit_in_bytes": "1"]) { $1 })?.bytes == 0)
  }

  @Test(
    "sizes are rounded up as options give them",
    arguments: [
      (1, "1M"), (1 << 20, "1M"), (1 << 20 + 1, "2M"), (1 << 30 - 1, "1024M"), (1 << 30, "1G"),
      (1 << 30 + 1, "1.1G"), (25 << 30 + 700 << 20, "25.7G"), (3 << 29, "1.5G"),
    ])
  func rounded(bytes: Int, text: String) {
    #expect(MemorySize(bytes: bytes).rounded == text)
  }
}
