import ArgumentParser
package import Diagnostics

/// Whether a tool goes on where its input leaves the method without effect.
package struct EffectOptions: ParsableArguments {
  @Flag(
    help: """
      Go on where the method has no effect on the whole stream, as where no rubric item could be judged; otherwise the tool then \
      ends with status 65.
      """)
  package var allowNoEffect = false

  /// What to do about rubric items that arithmetic cannot judge, for complaints.
  package static let judgeByModel =
    "judge items in words by a language model (srar-judge --judge chat)"

  package init() {}

  /// Ends the run where the method has no effect, unless that is allowed. A part of a stream says nothing of the whole.
  ///
  /// - Parameter complaint: why it has none, and what to do; nil where it has one.
  package func check(_ complaint: String?, of input: InputOptions) throws(NoEffectError) {
    guard let complaint, !allowNoEffect, input.shard == nil else { return }
    throw NoEffectError(complaint: complaint)
  }
}

/// A stream on which the method has no effect. Its result would be another method's under this one's name.
package struct NoEffectError: ToolError, Equatable {
  /// Why it has none, and what to do.
  package let complaint: String

  package var description: String {
    complaint + ", or go on with '--allow-no-effect' (make: ALLOW_NO_EFFECT=yes)"
  }

  package var exitStatus: ExitStatus { .badData }
}
