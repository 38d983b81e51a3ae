import Checkpoints
import Foundation
import PolicyGradient
import Testing
import Transformer

@Suite struct OptimizerCheckpointTests {
  private func withFolder<R>(_ body: (URL) throws -> R) throws -> R {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("srar-optimizer-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder)
  }

  private func restored(_ path: String, for model: Model) throws -> AdamW {
    try AdamW(
      restoredFrom: SafetensorsFile(path: path), options: TinyModel.optimizerOptions,
      segments: AdamW.segments(of: model.weights.tensors, decaysVectors: true),
      tensors: model.weights.tensors)
  }

  @Test(
    "an update that goes on from a saved optimizer makes the same bytes as one that never stopped")
  func resuming() throws {
    let start = try TinyModel.model(seed: 1)
    let first = try TinyModel.samples(seed: 1, count: 6, of: start)
    let second = try TinyModel.samples(seed: 2, count: 6, of: start)
    var options = TinyModel.options()
    options.miniBatchSize = 4

    let straight = TinyModel.copy(start)
    let trainer = try TinyModel.trainer(straight)
    let update = try PolicyUpdate(trainer: trainer, reference: nil, options: options)
    _ = try update.run(first)
    let lastStraight = try update.run(second).last?.step

    try withFolder { folder in
      let path = folder.appendingPathComponent("optimizer.safetensors").path
      let stopped = TinyModel.copy(start)
      let trainer = try TinyModel.trainer(stopped)
      _ = try PolicyUpdate(trainer: trainer, reference: nil, options: options).run(first)
      try trainer.optimizer.withTensors(stopped.weights.tensors) {
        try writeSafetensors($0, to: path)
      }
      let resumedTrainer = try TinyModel.trainer(stopped, optimizer: restored(path, for: stopped))
      #expect(resumedTrainer.optimizer.stepCount == 2)
      let resumed = try PolicyUpdate(trainer: resumedTrainer, reference: nil, options: options)
      let last = try resumed.run(second).last?.step
      #expect(last == lastStraight)
      #expect(last?.number == 4)
      #expect(Array(stopped.weights.elements) == Array(straight.weights.elements))
      #expect(resumedTrainer.optimizer.firstMoments == update.trainer.optimizer.firstMoments)
    }
  }

  @Test("a saved optimizer with a fractional step count, or of another model, is refused")
  func refused() throws {
    let model = try TinyModel.model(seed: 1)
    try withFolder { folder in
      let path = folder.appendingPathComponent("optimizer.safetensors").path
      let optimizer = try TinyModel.trainer(model).optimizer
      try optimizer.withTensors(model.weights.tensors) { tensors in
        try [Float(1.5)].withUnsafeBufferPointer { half in
          var tensors = tensors
          tensors[0] = TensorValues(name: "step_count", shape: [1], values: half)
          try writeSafetensors(tensors, to: path)
        }
      }
      #expect(throws: PolicyGradientError.badStepCount(path: path, value: 1.5)) {
        try restored(path, for: model)
      }
      let other = folder.appendingPathComponent("other.safetensors").path
      try optimizer.withTensors(model.weights.tensors) {
        try writeSafetensors($0.filter { $0.name.hasSuffix("norm.weight") == false }, to: other)
      }
      #expect(throws: CheckpointError.self) { try restored(other, for: model) }
    }
  }

  @Test(
    "a saved moment that no optimizer can have is refused, named with what to do",
    arguments: [
      ("first_moment.", Float.nan), ("second_moment.", .infinity), ("second_moment.", -1),
    ])
  func badMoments(kind: String, value: Float) throws {
    let model = try TinyModel.model(seed: 1)
    try withFolder { folder in
      let path = folder.appendingPathComponent("optimizer.safetensors").path
      let optimizer = try TinyModel.trainer(model).optimizer
      let name = kind + "model.norm.weight"
      try optimizer.withTensors(model.weights.tensors) { tensors in
        var values = [Float](repeating: 0, count: 16)
        values[11] = value
        try values.withUnsafeBufferPointer { values in
          try writeSafetensors(
            tensors.map {
              $0.name == name ? TensorValues(name: name, shape: $0.shape, values: values) : $0
            }, to: path)
        }
      }
      let error = #expect(throws: PolicyGradientError.self) { try restored(path, for: model) }
      #expect(
        error?.description
          == "\(path): tensor \"\(name)\" holds \(value), which no optimizer's state can be; "
          + "remove the file to begin with a fresh optimizer")
    }
  }

  @Test("vectors can be left out of weight decay, and neighbours of a kind are one segment")
  func segments() throws {
    let tensors = try TinyModel.model(seed: 1).weights.tensors
    let count = try #require(tensors.last).range.upperBound
    #expect(
      AdamW.segments(of: tensors, decaysVectors: true)
        == [AdamW.Segment(range: 0..<count, decays: true)])
    let segments = AdamW.segments(of: tensors, decaysVectors: false)
    let kept = segments.filter { !$0.decays }.reduce(0) { $0 + $1.range.count }
    #expect(kept == 5 * 16)
    #expect(segments.count == 10)
    #expect(zip(segments, segments.dropFirst()).allSatisfy { $0.decays != $1.decays })
  }
}
