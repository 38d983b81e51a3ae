internal import Kernels

/// Tokens that responses continue: a prompt, or a prompt and the beginning of a response that had to give way.
final class SharedPrompt {
  let tokens: [Int32]
  /// What of it is in the cache.
  var sequence = CachedSequence()
  /// Tokens that were read so far.
  var readCount = 0
  /// [vocabulary]: what the model predicts after it, once it is read to its end
  private(set) var logits: FloatBuffer?

  var isRead: Bool { logits != nil }

  init(tokens: [Int32]) { self.tokens = tokens }

  func keep(_ logits: UnsafeMutablePointer<Float>, count: Int) {
    let kept = FloatBuffer(count: count)
    kept.base.update(from: logits, count: count)
    self.logits = kept
  }
}
