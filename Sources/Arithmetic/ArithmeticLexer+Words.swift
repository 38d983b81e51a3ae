// Words: units, operators that are spelt out, variables; and signs beyond ASCII.

extension ArithmeticLexer {
  /// A word, or a variable.
  mutating func word() {
    let start = position
    let touchesNumber = lastEnd == start && (last == .number || last == .closeBrace)
    if isCross {
      return add(.times, 1)
    }
    while position < end, skipLetter() {}
    let name = bytes[start..<position]
    if isDigit(at: position) || byte(at: position) == UInt8(ascii: "_") {
      // "x2", "a_1"
      while isDigit(at: position) || byte(at: position) == UInt8(ascii: "_") || skipLetter() {
        if byte(at: position) != nil, !isLetterByte(at: position) { position += 1 }
      }
      return add(.unknown, from: start)
    }
    if name.count == 1 {
      let isArticle =
        !touchesNumber && isBlank(at: position) && letterCount(at: position + 1) > 0
        && (name.elementsEqual("I".utf8) || name[start] | 0x20 == UInt8(ascii: "a"))
      return add(isArticle ? .word : .unknown, from: start)
    }
    // "2xy" is a product of variables, "2 abc" hardly anything.
    if touchesNumber, name.count <= 3, name.allSatisfy({ isVariableName($0) }) {
      return add(.unknown, from: start)
    }
    add(kind(ofWord: name), from: start)
  }

  /// Whether the letter x here stands for ×: between operands, with blanks on both sides or none.
  private var isCross: Bool {
    guard bytes[position] | 0x20 == UInt8(ascii: "x"), letterCount(at: position) == 1,
      let last, last.endsOperand || last == .word || last == .unknown, let lastEnd
    else { return false }
    var next = position + 1
    let hasBlankBehind = isBlank(at: next)
    while isBlank(at: next) { next += 1 }
    guard startsNumber(at: next) || byte(at: next) == UInt8(ascii: "(") else { return false }
    return hasBlankBehind == (lastEnd < position)
  }

  /// What a word means to arithmetic; operators that are spelt out take the place of signs before numbers.
  private mutating func kind(ofWord name: Slice<UnsafeRawBufferPointer>) -> ArithmeticToken.Kind {
    // The lengths of the words below: most words need no look at all.
    guard [2, 4, 5, 7, 10].contains(name.count) else { return .word }
    switch String(decoding: name, as: UTF8.self).lowercased() {
    case "of" where followsProportion: return .of
    case "percent" where last == .number: return .percent
    case "times" where precedesNumber(position): return .times
    case "plus" where precedesNumber(position): return .plus
    case "minus" where precedesNumber(position): return .minus
    case "divided" where skipBy(): return .divide
    case "multiplied" where skipBy(): return .times
    default: return .word
    }
  }

  /// Passes over " by", if it stands here before a number.
  private mutating func skipBy() -> Bool {
    var next = position
    while isBlank(at: next) { next += 1 }
    guard next > position, letterCount(at: next) == 2,
      bytes[next..<next + 2].elementsEqual("by".utf8), precedesNumber(next + 2)
    else { return false }
    position = next + 2
    return true
  }

  private func precedesNumber(_ place: Int) -> Bool {
    var next = place
    while isBlank(at: next) { next += 1 }
    return startsNumber(at: next)
  }

  private func startsNumber(at place: Int) -> Bool {
    switch byte(at: place) {
    case UInt8(ascii: "$"), UInt8(ascii: "."): isDigit(at: place + 1)
    case UInt8(ascii: "\\"): byte(at: place + 1) == UInt8(ascii: "$")
    default: isDigit(at: place)
    }
  }

  private var followsProportion: Bool {
    let list = tokens.list
    switch last {
    case .percent, .closeBrace, .close: return true
    case .number: return list.count > 1 && list[list.count - 2].kind == .divide
    default: return false
    }
  }

  private func isLetterByte(at index: Int) -> Bool {
    index < end && (0x61...0x7A).contains(bytes[index] | 0x20)
  }

  private func isVariableName(_ byte: UInt8) -> Bool {
    switch byte | 0x20 {
    case 0x61...0x63, 0x78...0x7A: true
    default: false
    }
  }

  /// Moves past a letter of any script or an apostrophe.
  private mutating func skipLetter() -> Bool {
    guard let byte = byte(at: position) else { return false }
    if isLetterByte(at: position) || byte == UInt8(ascii: "'") {
      position += 1
      return true
    }
    guard byte >= 0x80, let scalar = scalar(at: position), isWordScalar(scalar) else {
      return false
    }
    position += UTF8.width(scalar)
    return true
  }

  /// × ÷ − – · and the like; letters make words, Greek ones variables, other signs barriers.
  mutating func unicode() {
    guard let scalar = scalar(at: position) else { return add(.barrier, 1) }
    let width = UTF8.width(scalar)
    switch scalar {
    case "×", "·", "⋅", "∙", "✕", "∗": add(.times, width)
    case "÷", "∕", "⁄": add(.divide, width)
    case "−", "–": dash(width: width)
    case "＝": add(.equals, width)
    case "≈", "≃", "≅": add(.approximately, width)
    case "²", "³":
      guard last?.endsOperand == true, lastEnd == position else { return add(.word, width) }
      tokens.list.append(ArithmeticToken(kind: .power, bytes: position..<position))
      add(.number, width)
    case "€", "£", "¥", "¢", "₹", "°", "\u{A0}", "\u{2009}", "\u{200B}", "\u{202F}", "\u{FEFF}":
      position += width
    case "√", "∛", "∞", "∑", "∫", "Α"..."ω": add(.unknown, width)
    default:
      if isWordScalar(scalar) { return word() }
      add(scalar.properties.numericType == nil ? .barrier : .unknown, width)
    }
  }

  private func isWordScalar(_ scalar: Unicode.Scalar) -> Bool {
    scalar == "\u{2019}" || (scalar.properties.isAlphabetic && !("Α"..."ω").contains(scalar))
  }

  private func scalar(at index: Int) -> Unicode.Scalar? {
    var decoder = UTF8()
    var iterator = bytes[index..<min(index + 4, end)].makeIterator()
    guard case .scalarValue(let scalar) = decoder.decode(&iterator) else { return nil }
    return scalar
  }
}
