import Foundation

/// Whether this processor rounds a product and its addition once, as every x86-64 processor with FMA does.
package let processorFusesProducts: Bool = {
  let flags = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
  return flags.contains(" avx2 ") && flags.contains(" fma ")
}()
