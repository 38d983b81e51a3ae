// Which objects of a reply are its answer: what belongs to the code of the question.

/// The parts of a reply, each with the code that it belongs to.
///
/// An entry belongs to the innermost object around it that carries a code, else to the last code in front of it. Where an object has
/// entries on both sides of its code, those behind it count. Entries that carry the code themselves belong together.
struct AnsweredObjects<Entry: JudgementEntry> {
  /// What belongs to one code.
  private struct Part {
    let isOwn: Bool
    let codes: Range<Int>
    let carrier: Range<Int>?
    let isSpoken: Bool
    /// Whether entries carry the code themselves.
    let isCarriedByEntries: Bool
    var objects: [ReadObject<Entry>] = []

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
          isCarriedByEntries: isEntry))
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

  /// The objects of the answer, in the order of the reply.
  ///
  /// These are the objects of the last code of the question. Those of an earlier code count, too, if they are about other ids
  /// altogether, as where every entry is an object with a code. Otherwise they are a draft. Without any code all objects count.
  var answer: [ReadObject<Entry>] {
    guard !parts.isEmpty else { return others }
    var own = parts.filter(\.isOwn)
    // A code behind the answer that has nothing to it; where its object breaks off, the answer is lost and what is there is a draft.
    while own.count > 1, let last = own.last, last.objects.isEmpty,
      last.isSpoken || last.carrier != nil
    {
      own.removeLast()
    }
    var answer: [ReadObject<Entry>] = []
    var seen: Set<Int> = []
    for part in own.reversed() {
      let about = Set(part.objects.compactMap(\.id))
      guard seen.isDisjoint(with: about) else { break }
      if part.objects.isEmpty, part.carrier == nil, !part.isSpoken { break }
      seen.formUnion(about)
      answer = part.objects + answer
    }
    return answer
  }
}
