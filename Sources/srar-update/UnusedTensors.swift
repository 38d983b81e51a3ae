import Checkpoints
import Diagnostics
import Filters
import Transformer

/// Says which tensors of a policy are not carried over to the next one, such as the head of a reward model.
///
/// - Throws: `CheckpointError` for tensors that would be missed.
func noteUnusedTensors(of folder: PolicyFolder, in run: ToolRun) throws {
  let names = try Weights.unusedTensors(of: folder)
  note("\(counted(names.count, "tensor")) of \(folder.path) not carried over", names, in: run)
}

/// The same of a GGUF file, with the settings that nothing is known of.
func noteUnusedTensors(of policy: GGUFPolicy, in run: ToolRun) throws {
  let names = try Weights.unusedTensors(of: policy)
  note("\(counted(names.count, "tensor")) not carried over", names, in: run)
  let keys = policy.unusedMetadata
  note("\(counted(keys.count, "setting")) of unknown meaning not carried over", keys, in: run)
}

/// Says something of names, and the first of them.
private func note(_ text: String, _ names: [String], in run: ToolRun) {
  guard !names.isEmpty else { return }
  let told = names.prefix(3).map { "\"\(messageText($0))\"" } + (names.count > 3 ? ["…"] : [])
  run.note("\(text): \(told.joined(separator: ", "))")
}
