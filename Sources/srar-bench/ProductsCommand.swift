import ArgumentParser
import Foundation
import Kernels

/// `srar-bench products`: the rate of matrix products alone, for comparison with other libraries'.
struct ProductsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "products",
    abstract: "Multiply matrices of 512 × 576 and 576 × 1536 on each thread; print the rate.")

  @Option(
    help: "What is multiplied: 'f32' or 'bf16' numbers, these by oneDNN with 'bf16-onednn'.")
  var compute: ProductPrecision = .float32

  @Option(help: "How many threads.")
  var threads = 1

  @Option(help: "How often about half a second is measured; the mean is told.")
  var repeats = 3

  func validate() throws {
    guard threads > 0, repeats > 0 else {
      throw ValidationError("'--threads' and '--repeats' must be at least 1")
    }
    try compute.validate()
  }

  func run() {
    var products = ProductRate(threadCount: threads, precision: compute)
    for _ in 0..<repeats { products.measure() }
    print(String(format: "%8.1f GFLOP/s·core", products.rate / 1e9))
  }
}

extension ProductPrecision: ExpressibleByArgument {
  /// Throws why it cannot be computed here, if so.
  func validate() throws {
    if let hindrance { throw ValidationError("'--compute \(rawValue)': \(hindrance)") }
  }
}
