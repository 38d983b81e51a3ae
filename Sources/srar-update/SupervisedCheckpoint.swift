import Checkpoints
import Diagnostics
import Filters
import Foundation
import PolicyGradient
import Transformer

/// What a supervised training has done, besides to the policy.
struct SupervisedProgress: Codable {
  /// Of the last steps, as many as decide whether to stop.
  private(set) var losses: [Double] = []
  /// Tokens that went through the model.
  private(set) var computedTokenCount = 0

  mutating func add(_ report: SupervisedTraining.Report) {
    losses = (losses + [report.loss]).suffix(SupervisedTrainingOptions.lossWindow)
    computedTokenCount += report.computedTokenCount
  }
}

/// The folder beside the output from which a killed training goes on: the policy, its optimizer, and what was done.
struct SupervisedCheckpoint {
  let path: String
  /// Of all that the run's result depends on.
  private let fingerprint: String
  private static let fileName = "training.json"

  private struct Contents: Codable {
    let fingerprint: String
    let progress: SupervisedProgress
  }

  init(output: String, fingerprint: String) {
    path = Self.path(for: output)
    self.fingerprint = fingerprint
  }

  static func path(for output: String) -> String {
    output.replacing(#/\/+$/#, with: "") + ".checkpoint"
  }

  /// nil where there is none.
  ///
  /// - Throws: `UsageError` where it is another run's.
  func load(
    _ optimizer: OptimizerArguments
  ) throws -> (weights: Weights, optimizer: AdamW, progress: SupervisedProgress)? {
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    let folder = try PolicyFolder(path: path)
    guard let file = FileManager.default.contents(atPath: folder.file(Self.fileName)),
      let contents = try? JSONDecoder().decode(Contents.self, from: file),
      contents.fingerprint == fingerprint
    else {
      throw UsageError(
        "\(path): is of another policy, other examples or other options; remove it to begin anew")
    }
    let weights = try Weights(folder)
    return (weights, try folder.optimizer(optimizer, of: weights), contents.progress)
  }

  func save(
    _ trainer: ModelOptimizer, from folder: PolicyFolder, _ progress: SupervisedProgress
  ) throws {
    let contents = try JSONEncoder().encode(
      Contents(fingerprint: fingerprint, progress: progress))
    try writePolicy(
      trainer, from: folder, to: path, elementType: nil, keepsOptimizer: true,
      files: [PolicyFile(name: Self.fileName, bytes: Array(contents))])
  }

  func remove() throws {
    guard FileManager.default.fileExists(atPath: path) else { return }
    do {
      try FileManager.default.removeItem(atPath: path)
    } catch {
      throw SystemError("remove", path: path, code: EIO)
    }
  }
}

/// 64 bits that are the same for the same values in the same order: FNV-1a (Fowler, Noll and Vo, 1991) over bytes.
struct Fingerprint: CustomStringConvertible {
  private var value: UInt64 = 0xcbf2_9ce4_8422_2325

  var description: String { String(value, radix: 16) }

  mutating func add(_ values: [some BitwiseCopyable]) {
    values.withUnsafeBytes { add($0) }
  }

  mutating func add(_ bytes: UnsafeRawBufferPointer) {
    for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }
    // So that the same bytes, parted otherwise, are another value.
    value = (value ^ UInt64(bytes.count)) &* 0x100_0000_01b3
  }
}
