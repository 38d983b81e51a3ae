import Checkpoints
import Foundation
import PolicyGradient
import Transformer

extension PolicyFolder {
  /// Whether an update left its optimizer's state here.
  var hasOptimizer: Bool {
    FileManager.default.fileExists(atPath: file(Self.optimizerFileName))
  }

  /// Whether another trainer left its optimizer's state here, such as the PyTorch update its distributed checkpoint.
  var hasForeignOptimizer: Bool {
    !hasOptimizer && FileManager.default.fileExists(atPath: file("optimizer"))
  }

  /// The optimizer as it was left here.
  func optimizer(_ arguments: OptimizerArguments, of weights: Weights) throws -> AdamW {
    try AdamW(
      restoredFrom: SafetensorsFile(path: file(Self.optimizerFileName)), options: arguments.adamW,
      segments: arguments.segments(of: weights), tensors: weights.tensors)
  }
}

/// Writes the policy in training; the tokenizer's files come from the folder that it began from.
///
/// - Parameters:
///   - elementType: what the weights are stored as; nil for float32, whatever `config.json` names.
///   - keepsOptimizer: whether the optimizer's state goes with it.
///   - files: what else lies in the folder.
func writePolicy(
  _ trainer: ModelOptimizer, from folder: PolicyFolder, to path: String,
  elementType: ElementType?, keepsOptimizer: Bool, files: [PolicyFile] = []
) throws {
  let weights = trainer.model.weights
  func write(_ optimizerTensors: [TensorValues]) throws {
    try PolicyFolder.write(
      at: path, configuration: folder.configuration, tensors: weights.tensorValues,
      shards: folder.tensors.shards, elementType: elementType?.stored,
      optimizerTensors: optimizerTensors, files: folder.copiedFiles() + files)
  }
  guard keepsOptimizer else { return try write([]) }
  try trainer.optimizer.withTensors(weights.tensors, write)
}
