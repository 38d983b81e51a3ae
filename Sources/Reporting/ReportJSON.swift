package import JSONLines

/// Every report as JSON: an array with an object for each input.
///
/// A stream's object holds its measures; a run's holds `steps`, with the measures of each training step, and `evaluations`.
package func reportJSON(_ reports: [RunReport]) -> [UInt8] {
  var json = JSONWriter()
  json.array { array in
    for report in reports {
      array.object { object in
        object.member("label", report.label)
        report.writeMembers(to: &object)
      }
    }
  }
  return json.bytes + [0x0A]
}

extension RunReport {
  fileprivate func writeMembers(to object: inout JSONWriter) {
    guard isRun else {
      for point in points {
        point.summary.writeMembers(to: &object)
      }
      return
    }
    object.member("steps") { steps in
      steps.array { array in
        for point in points {
          array.object { object in
            object.member("step", point.step)
            point.summary.writeMembers(to: &object)
            for measure in point.stages.measures { object.member(measure.name, measure.value) }
          }
        }
      }
    }
    object.member("evaluations") { evaluations in
      evaluations.array { array in
        for evaluation in self.evaluations {
          array.object { object in
            object.member("label", evaluation.label)
            object.member("step", evaluation.step)
            evaluation.summary.writeMembers(to: &object)
          }
        }
      }
    }
  }
}

extension StreamSummary {
  /// The counts and all measures as members of an object.
  package func writeMembers(to object: inout JSONWriter) {
    object.member("rollouts", rollouts)
    object.member("problems", problems)
    object.member("sampling", sampling)
    for measure in measures { object.member(measure.name, measure.value) }
    object.member("judge_failures", judgeFailures)
    object.member("step_check_failures", stepCheckFailures)
  }
}
