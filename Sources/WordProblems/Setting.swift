// Who or what the things belong to, and the words for what happens to them.

import RandomStreams

/// A little world: its words for having, getting and losing.
struct Setting {
  /// The start, with `{name}`, `{count}` and `{things}`.
  let opening: [String]
  /// The question at the end.
  let question: [String]
  /// So many come; the verb phrase stands in the step's title as well.
  let gains: [String]
  let losses: [String]
  /// Packs: `{packs}` of `{count}`.
  let packs: [String]
  let multiples: [String]
  let shares: [String]
  let percentLosses: [String]
  /// Groups of `{count}`, the last thing that happens.
  let groups: [String]
  let things: [String]
  let names: [String]
  /// The subject of the sentences in between.
  let subject: [String]

  /// The settings that problems are drawn from.
  static let all: [Setting] = [person, bus, jar, shop]

  private static let person = Setting(
    opening: ["{name} has {count} {things}.", "{name} starts with {count} {things}."],
    question: [
      "How many {things} does {name} have now?", "How many {things} are left with {name}?",
    ],
    gains: [
      "buys {count} more", "finds {count} more", "gets {count} from a friend", "wins {count}",
      "picks up {count}", "is given {count}", "makes {count} more",
    ],
    losses: [
      "gives away {count}", "loses {count}", "sells {count}", "drops {count}", "uses {count}",
      "lends out {count}", "throws out {count}",
    ],
    packs: ["buys {packs} packs of {count}", "gets {packs} bags of {count}"],
    multiples: ["ends up with {count} times as many", "grows the pile to {count} times its size"],
    shares: [
      "makes {count} equal piles and keeps one", "splits all among {count} and keeps a share",
    ],
    percentLosses: ["gives away {count}% of them", "sells {count}% of them"],
    groups: ["puts all into groups of {count}", "sorts all into groups of {count}"],
    things: [
      "pears", "cards", "pens", "coins", "shells", "stamps", "books", "beads", "nuts", "keys",
    ],
    names: ["Mia", "Ben", "Ana", "Tom", "Lea", "Sam", "Ida", "Max", "Eva", "Jon", "Zoe", "Kai"],
    subject: ["{name}", "Then {name}"])

  private static let bus = Setting(
    opening: ["A {name} carries {count} {things}.", "{count} {things} ride on a {name}."],
    question: ["How many {things} are on it now?", "How many {things} ride on?"],
    gains: ["picks up {count}", "takes on {count} more", "lets {count} get on"],
    losses: ["lets {count} get off", "drops off {count}", "leaves {count} at a stop"],
    packs: ["takes on {packs} groups of {count}"],
    multiples: ["fills up to {count} times as many"],
    shares: ["keeps one of {count} equal groups"],
    percentLosses: ["drops off {count}% of them"],
    groups: ["seats all in groups of {count}"],
    things: ["riders", "guests", "players", "pupils"],
    names: ["bus", "tram", "train", "boat"],
    subject: ["It", "Next it"])

  private static let jar = Setting(
    opening: ["A {name} holds {count} {things}.", "There are {count} {things} in a {name}."],
    question: ["How many {things} are in it now?", "How many {things} does it hold in the end?"],
    gains: ["gets {count} more", "is filled with {count} more", "takes in {count}"],
    losses: ["is emptied of {count}", "gives out {count}", "loses {count}"],
    packs: ["gets {packs} packs of {count}"],
    multiples: ["comes to hold {count} times as many"],
    shares: ["keeps one of {count} equal parts"],
    percentLosses: ["loses {count}% of them"],
    groups: ["is emptied into groups of {count}"],
    things: ["marbles", "sweets", "buttons", "beans", "stones"],
    names: ["jar", "box", "bag", "chest"],
    subject: ["It", "Later it"])

  private static let shop = Setting(
    opening: ["A {name} has {count} {things} in stock.", "A {name} opens with {count} {things}."],
    question: ["How many {things} are in stock now?", "How many {things} remain?"],
    gains: ["gets {count} delivered", "orders {count} more", "bakes {count} more"],
    losses: ["sells {count}", "sends back {count}", "throws out {count}"],
    packs: ["gets {packs} crates of {count}"],
    multiples: ["raises its stock to {count} times as many"],
    shares: ["keeps one of {count} equal lots"],
    percentLosses: ["sells {count}% of them"],
    groups: ["packs all in groups of {count}"],
    things: ["loaves", "cakes", "rolls", "pies"],
    names: ["shop", "store", "stall", "bakery"],
    subject: ["It", "Then it"])

  /// The phrases for an event.
  func phrases(for event: Event) -> [String] {
    switch event {
    case .gain: gains
    case .loss: losses
    case .packs: packs
    case .multiple: multiples
    case .share: shares
    case .percentLoss: percentLosses
    case .groups: groups
    }
  }
}
