// The calculations that a text states.

/// The equations that a text states, in order; of a chain a = b = c, every link.
///
/// A side is the longest expression that ends (or begins) at the equals sign and is no part of a longer one that cannot be
/// read: "2x + 3 + 4 = 9" states nothing that arithmetic could check. Calculator annotations as in GSM8K, `<<48/2=24>>`, are
/// read by themselves and passed over in the text around them; one that repeats what the text says counts once.
/// - Returns: equations with byte ranges of the text, at most one for each equals sign.
package func statedEquations(in text: some StringProtocol) -> [Equation] {
  var copy = String(text)
  return copy.withUTF8 { statedEquations(in: UnsafeRawBufferPointer($0)) }
}

/// The equations that UTF-8 text states.
package func statedEquations(in bytes: UnsafeRawBufferPointer) -> [Equation] {
  var inner: [Equation] = []
  var outer = ArithmeticLexer(bytes: bytes)
  var position = 0
  for annotation in annotations(in: bytes) {
    outer.read(position..<annotation.lowerBound)
    var lexer = ArithmeticLexer(bytes: bytes)
    lexer.read(annotation.lowerBound + 2..<annotation.upperBound - 2)
    inner += EquationSearch(lexer.tokens).equations()
    position = annotation.upperBound
  }
  outer.read(position..<bytes.count)
  return merged(EquationSearch(outer.tokens).equations(), annotated: inner)
}

/// A calculation that a text states without a result.
package struct StatedExpression: Sendable, Equatable {
  package let expression: Expression
  /// Where it stands in the text, in bytes, half-open.
  package let bytes: Range<Int>
}

/// The calculations that a text states without a result, in order: "Divides 48 / 2 by the number of days".
///
/// Two numbers written closely, "9/11" and "5-10", are as often a date, a fraction or a range, and are left out.
package func statedCalculations(in text: some StringProtocol) -> [StatedExpression] {
  var copy = String(text)
  return copy.withUTF8 { utf8 in
    EquationSearch(ArithmeticLexer.tokens(of: UnsafeRawBufferPointer(utf8))).calculations()
  }
}

/// The places of `<<…>>` on one line, brackets included.
private func annotations(in bytes: UnsafeRawBufferPointer) -> [Range<Int>] {
  var ranges: [Range<Int>] = []
  var start: Int?
  var position = 0
  while position + 1 < bytes.count {
    switch (bytes[position], bytes[position + 1]) {
    case (UInt8(ascii: "<"), UInt8(ascii: "<")):
      start = position
      position += 2
    case (UInt8(ascii: ">"), UInt8(ascii: ">")):
      if let opened = start { ranges.append(opened..<position + 2) }
      start = nil
      position += 2
    case (0x0A, _):
      start = nil
      position += 1
    default: position += 1
    }
  }
  return ranges
}

/// The text's equations and those of its annotations, by their places, with chains numbered anew.
private func merged(_ outer: [Equation], annotated: [Equation]) -> [Equation] {
  var result: [Equation] = []
  var chain = -1
  var previous: (isAnnotation: Bool, chain: Int)?
  func append(_ equation: Equation, isAnnotation: Bool) {
    if previous?.isAnnotation != isAnnotation || previous?.chain != equation.chain {
      chain += 1
    }
    // An annotation's chains are numbered from 0 in each annotation: a new one begins where the places do not meet.
    else if let end = result.last?.bytes.upperBound, isAnnotation, equation.bytes.lowerBound > end {
      chain += 1
    }
    previous = (isAnnotation, equation.chain)
    var numbered = equation
    numbered.chain = chain
    result.append(numbered)
  }
  var next = 0
  for equation in outer {
    var end = next
    // Annotations inside this equation repeat it or stand for themselves.
    while end < annotated.count, annotated[end].bytes.lowerBound < equation.bytes.upperBound {
      end += 1
    }
    let isBefore = annotated[next..<end].prefix { $0.bytes.upperBound <= equation.bytes.lowerBound }
    for annotation in isBefore { append(annotation, isAnnotation: true) }
    append(equation, isAnnotation: false)
    for annotation in annotated[next + isBefore.count..<end]
    where !annotation.repeats(equation) { append(annotation, isAnnotation: true) }
    next = end
  }
  for annotation in annotated[next...] { append(annotation, isAnnotation: true) }
  return result
}

extension Equation {
  /// Whether it states the same values as another.
  fileprivate func repeats(_ other: Equation) -> Bool {
    leftValue == other.leftValue && rightValue == other.rightValue
      && left.canonicalForm == other.left.canonicalForm
  }
}
