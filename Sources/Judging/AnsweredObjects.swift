// Which objects of a reply are its answer: what belongs to the code of the question.

/// The parts of a reply, each with the code that it belongs to.
///
/// An entry belongs to the innermost object around it that carries a code, else to the last code in front of it. Where an object has
/// entries on both sides of its code, those behind it count. Entries that carry the code themselves belong together. A word that is the
/// code counts like one that is named so.
struct AnsweredObjects<Entry: JudgementEntry> {
  /// What belongs to one code.
  private struct Part {
    let isOwn: Bool
    let codes: Range<Int>
    let carrier: Range<Int>?
    let isSpoken: Bool
    /// Whether a name says that it is a code.
    let isNamed: Bool
    /// Whether entries carry the code themselves.
    let isCarriedByEntries: Bool
    var objects: [ReadObject<Entry>] = []

    /// Whether it says something else on something.
    func contradicts(_ other: Part) -> Bool {
      objects.contains { object in
        other.objects.contains { $0.id == object.id && $0.entry != object.entry }
      }
    }

    mutating func preferObjectsBehindCode() {
      guard let carrier else { return }
      let inside = objects.filter { carrier.contains($0.bytes.lowerBound) }
      if inside.contains(where: { $0.bytes.upperBound > codes.lowerBound }) {
        objects.removeAll { $0.bytes.upperBound <= codes.lowerBound }
      }
    }
  }

  private var parts: [Part] = []
  /// What belongs to no code.
  private var others: [ReadObject<Entry>] = []

  /// - Parameters:
  ///   - objects: the entries of the reply, in its order.
  ///   - codes: the codes of the reply, in its order.
  ///   - code: the code of the question.
  init(_ objects: [ReadObject<Entry>], codes: [ReplyCode], code: String) {
    let entries = Set(objects.map(\.bytes))
    var partOfCode: [Int] = []
    for found in codes {
      let isEntry = found.carrier.map(entries.contains) ?? false
      let isOwn = found.isSame(as: code)
      if isOwn, isEntry, let last = parts.last, last.isOwn,
        last.isCarriedByEntries || last.carrier?.contains(found.bytes.lowerBound) == true
      {
        partOfCode.append(parts.count - 1)
        continue
      }
      partOfCode.append(parts.count)
      parts.append(
        Part(
          isOwn: isOwn, codes: found.bytes, carrier: found.carrier, isSpoken: found.isSpoken,
          isNamed: found.isNamed, isCarriedByEntries: isEntry))
    }
    for object in objects {
      guard let number = Self.owner(of: object, codes, code) else {
        others.append(object)
        continue
      }
      parts[partOfCode[number]].objects.append(object)
    }
    for number in parts.indices { parts[number].preferObjectsBehindCode() }
  }

  /// Which code an object belongs to; of several that one object carries, another question's, else the last.
  private static func owner(
    of object: ReadObject<Entry>, _ codes: [ReplyCode], _ code: String
  ) -> Int? {
    var owner: Int?
    var smallest = Int.max
    for (number, found) in codes.enumerated() {
      guard let carrier = found.carrier, carrier.count <= smallest,
        carrier.lowerBound <= object.bytes.lowerBound,
        carrier.upperBound >= object.bytes.upperBound
      else { continue }
      if let owner, carrier.count == smallest, !codes[owner].isSame(as: code) { continue }
      owner = number
      smallest = carrier.count
    }
    return owner ?? codes.lastIndex { $0.bytes.upperBound <= object.bytes.lowerBound }
  }

  /// What a reply answers.
  struct Answer {
    /// In the order of the reply.
    var objects: [ReadObject<Entry>] = []
    /// Where the last object ends, and the one around it that carries the code.
    var end = 0
    /// Whether an object carries the code.
    var isCarried = false
    /// Whether another place of the code follows, to which nothing belongs.
    var isFollowedByCode = false
    /// Whether another answer may be meant: one behind the object with the code, one with another code, or one in an object
    /// with the code in front of this one.
    var isAmbiguous = false
  }

  /// The objects of the answer.
  ///
  /// These are the objects of the last code of the question. Those of an earlier code count, too, if they are about other ids
  /// altogether, as where every entry is an object with a code. Otherwise they are a draft. Codes behind the answer have nothing to
  /// them. Without any code all objects are the answer; so are those in front of a code that signs them.
  var answer: Answer {
    var own = parts.filter(\.isOwn)
    var found = Answer()
    while own.count > 1, own.last?.objects.isEmpty == true {
      own.removeLast()
      found.isFollowedByCode = true
    }
    guard let last = own.last else {
      found.objects = others
      found.end = others.last?.bytes.upperBound ?? 0
      return found
    }
    if last.objects.isEmpty, last.carrier == nil {
      found.objects = others
      found.end = others.last?.bytes.upperBound ?? 0
      found.isFollowedByCode = true
      return found
    }
    var seen: Set<Int> = []
    for part in own.reversed() {
      let about = Set(part.objects.compactMap(\.id))
      guard seen.isDisjoint(with: about) else { break }
      if part.objects.isEmpty, part.carrier == nil, !part.isSpoken { break }
      seen.formUnion(about)
      found.objects = part.objects + found.objects
    }
    found.isCarried = last.carrier != nil
    found.end = max(
      last.carrier?.upperBound ?? last.codes.upperBound,
      last.objects.last { !found.isCarried || $0.entry != nil }?.bytes.upperBound ?? 0)
    // An entry behind the object with the code that takes back one in it.
    let outside = Part(
      isOwn: true, codes: last.codes, carrier: nil, isSpoken: true, isNamed: true,
      isCarriedByEntries: false,
      objects: last.objects.filter { last.carrier?.contains($0.bytes.lowerBound) == false })
    let isBare = !last.isNamed && last.carrier == nil
    found.isAmbiguous =
      !last.isCarriedByEntries && last.contradicts(outside)
      || parts.contains { !$0.isOwn && !$0.objects.isEmpty && $0.codes.lowerBound >= found.end }
      || isBare && own.dropLast().contains { $0.carrier != nil && $0.contradicts(last) }
    return found
  }
}
