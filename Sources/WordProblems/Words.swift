import RandomStreams

/// A story in words: the problem's text and the reference solution.
struct Words {
  let text: String
  let solution: String

  init(setting: Setting, story: Story, random: inout RandomStream) {
    let name = random.element(of: setting.names)
    let things = random.element(of: setting.things)
    func fill(_ template: String, count: Int = 0, packs: Int = 0) -> String {
      filled(template) { blank in
        switch blank {
        case "name": name
        case "things": things
        case "count": String(count)
        case "packs": String(packs)
        default: ""
        }
      }
    }
    var sentences = [fill(random.element(of: setting.opening), count: story.start)]
    var steps: [String] = []
    for (event, part) in zip(story.events, story.parts) {
      let template = random.element(of: setting.phrases(for: event))
      let phrase: String
      // What the first of two calculations finds out.
      var preliminary: String?
      switch event {
      case .gain(let count), .loss(let count), .multiple(let count), .share(let count):
        phrase = fill(template, count: count)
      case .groups(let size):
        phrase = fill(template, count: size)
        preliminary = "left over"
      case .percentLoss(let percent):
        phrase = fill(template, count: percent)
        preliminary = "\(percent)% of \(part[0].left)"
      case .packs(let packs, let count):
        phrase = fill(template, count: count, packs: packs)
        preliminary = "\(packs) times \(count)"
      }
      sentences.append("\(fill(random.element(of: setting.subject))) \(phrase).")
      for (index, calculation) in part.enumerated() {
        let title = index + 1 < part.count ? preliminary ?? phrase : phrase
        steps.append(
          "### Step \(steps.count + 1): \(title)\n"
            + calculation.equation(result: calculation.result ?? 0))
      }
    }
    switch story.question {
    case .total: sentences.append(fill(random.element(of: setting.question)))
    case .groups: sentences.append("How many groups are full?")
    }
    text = sentences.joined(separator: " ")
    solution = steps.joined(separator: "\n") + "\n\\boxed{\(story.answer)}"
  }
}

/// A template with its blanks, such as `{name}`, filled in.
private func filled(_ template: String, _ value: (Substring) -> String) -> String {
  var result = ""
  var rest = template[...]
  while let start = rest.utf8.firstIndex(of: UInt8(ascii: "{")),
    let end = rest.utf8[start...].firstIndex(of: UInt8(ascii: "}"))
  {
    result += rest[..<start]
    result += value(rest[rest.utf8.index(after: start)..<end])
    rest = rest[rest.utf8.index(after: end)...]
  }
  return result + rest
}
