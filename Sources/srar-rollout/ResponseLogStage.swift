import ArgumentParser
import Diagnostics
import Filters
import JSONLines
import Records
import Steps

/// Where responses come from that were sampled elsewhere.
struct ResponseLogArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Take the responses from this stream, one a line, instead of sampling.", valueName: "file"),
    completion: .file())
  var responses: String?

  @Option(
    help: ArgumentHelp(
      """
      The field that pairs a response with its problem: its name in the problems and, after '=' where it differs, in the \
      responses.
      """, valueName: "field[=field]"))
  var match = "id"

  @Option(help: ArgumentHelp("The field that holds the response.", valueName: "field"))
  var responseField = "response"

  mutating func validate() throws {
    if match.split(separator: "=", omittingEmptySubsequences: false).contains("") {
      throw ValidationError("'--match' must be FIELD or FIELD=FIELD, but is '\(match)'")
    }
  }

  /// The name of the pairing field in the problems, and in the responses.
  var keys: (problem: String, response: String) {
    let parts = match.split(separator: "=", maxSplits: 1).map(String.init)
    return (parts[0], parts.last ?? parts[0])
  }
}

/// Responses from a log: problems in, their rollouts out.
struct ResponseLogStage {
  private let key: String
  private let stepStyle: StepStyle
  private let responses: [String: [LoggedResponse]]
  private let places = ProblemPlaces()
  private var used: Set<String> = []
  private var problemCount = 0
  private var rolloutCount = 0
  private var unanswered = 0
  private var pairedByID = 0
  private var shares = RolloutShares()
  /// Members of the log's lines that nothing is made of, and in how many lines they are.
  private let unused: MemberCounts

  /// A response, who gave it, why it ended, and what it says that it is a response to.
  private struct LoggedResponse {
    let text: String
    let model: String?
    let finishReason: FinishReason?
    let content: RecordContent
    let position: LinePosition
  }

  /// Reads the whole log; problems may come in any order.
  init(
    arguments: ResponseLogArguments, stepStyle: StepStyle, maximumLineBytes: Int,
    zeroBytes: ZeroBytes
  ) throws {
    self.stepStyle = stepStyle
    let keys = arguments.keys
    key = keys.problem
    let reader = RecordReader(
      paths: [arguments.responses ?? "-"], maximumLineBytes: maximumLineBytes, faults: .stop,
      zeroBytes: zeroBytes)
    var responses: [String: [LoggedResponse]] = [:]
    var unused = MemberCounts()
    let used = ["id", "model", "finish_reason", keys.response, arguments.responseField]
    while let record = try reader.next() {
      let response = LoggedResponse(
        text: try record.fields.string(arguments.responseField),
        model: try record.fields.stringIfPresent("model"),
        finishReason: try record.fields.stringIfPresent("finish_reason").map { FinishReason($0) },
        content: try Self.content(of: record), position: record.position)
      unused.add(
        record.fields.members(besides: used + Self.contentMembers.map(\.rawValue)))
      responses[try Self.value(of: keys.response, in: record), default: []].append(response)
    }
    self.responses = responses
    self.unused = unused
  }

  /// What a problem and a response must agree on, where both tell.
  private static let contentMembers: [RecordContent.Member] = [.problem, .groundTruth]

  /// Logs of other tools may hold anything under these names; only texts and numbers are compared.
  private static func content(of record: Record) throws -> RecordContent {
    let kinds: [JSONKind] = [.string, .integer, .number]
    let members = contentMembers.filter { member in
      record.fields.value[member.rawValue].map { kinds.contains($0.kind) } ?? false
    }
    return try RecordContent(record, members)
  }

  mutating func process(_ record: Record, into writer: RecordWriter) throws {
    let id = try record.requiredID()
    let value = try Self.value(of: key, in: record)
    problemCount += 1
    guard let found = responses[value] else {
      unanswered += 1
      return
    }
    used.insert(value)
    let content = try Self.content(of: record)
    for response in found {
      guard let member = content.difference(from: response.content) else { continue }
      throw RecordError.invalidValue(
        member.rawValue,
        reason: """
          is not the one of the response at \(response.position), which has the same "\(key)"; \
          take responses to these problems, or pair them by another field ('--match')
          """,
        record: record.id, record.position)
    }
    try places.add(id, record)
    let isPairedByContent = Self.contentMembers.contains { $0.rawValue == key }
    if !isPairedByContent, found.contains(where: { !content.isComparable(with: $0.content) }) {
      pairedByID += 1
    }
    for (index, response) in found.enumerated() {
      let rollout = Rollout(
        index: index, response: response.text, finishReason: response.finishReason,
        model: response.model, stepStyle: stepStyle,
        steps: steps(of: response.text, style: stepStyle))
      try writer.write(record, setting: rollout)
      shares.add(rollout)
      rolloutCount += 1
    }
  }

  /// Says what was done.
  func report(to run: ToolRun) {
    let unmatched = responses.count - used.count
    run.metrics["rollouts"] = rolloutCount
    run.metrics["problems_without_responses"] = unanswered
    run.metrics["responses_without_problem"] = unmatched
    run.summarize(
      "\(counted(rolloutCount, "response")) to \(counted(problemCount - unanswered, "problem")), from the log"
    )
    shares.report(to: run)
    run.metrics["problems_paired_by_id"] = pairedByID
    run.metrics["unused_members"] = unused.total
    if pairedByID > 0 {
      run.summarize(
        "paired \(counted(pairedByID, "problem")) by \"\(key)\" alone: the log has neither problem nor ground_truth to compare"
      )
    }
    if !unused.isEmpty {
      run.summarize(
        "members of the log that no rollout holds: \(unused); responses count as text, which srar-update makes tokens of"
      )
    }
    if unanswered > 0 {
      run.summarize(counted(unanswered, "problem", "has", "have") + " no response in the log")
    }
    if unmatched > 0 {
      run.summarize("left out the responses to \(counted(unmatched, "other problem"))")
    }
  }

  private static func value(of key: String, in record: Record) throws -> String {
    guard let value = try record.fields.textIfPresent(key) else {
      throw RecordError.missingField(key, record: record.id, record.position, writtenBy: nil)
    }
    return value
  }
}
