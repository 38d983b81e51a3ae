package import JSONLines

/// What a record says of a panel of several voters.
package struct PanelRecord: Equatable, Sendable {
  /// How many voters there were.
  package let voters: Int
  /// How many of them answered.
  package let answered: Int
  /// The share of the entries with more than one vote on which the voters do not all claim the same; nil without such entries.
  package let disagreement: Double?

  package init(voters: Int, answered: Int, disagreement: Double?) {
    self.voters = voters
    self.answered = answered
    self.disagreement = disagreement
  }

  /// The panel's members of an object; nil where it has none.
  package init?(_ fields: Fields) throws {
    guard let voters = try fields.integerIfPresent("voters") else { return nil }
    self.voters = voters
    answered = try fields.integerIfPresent("answered") ?? voters
    disagreement = try fields.doubleIfPresent("disagreement")
  }

  package func writeMembers(to json: inout JSONWriter) {
    json.member("voters", voters)
    json.member("answered", answered)
    json.member(ifPresent: "disagreement", disagreement)
  }
}
