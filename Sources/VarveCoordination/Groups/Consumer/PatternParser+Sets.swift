/// Escapes and sets of characters.
extension PatternParser {
  typealias Set = TopicPattern.CharacterSet

  /// Past its backslash.
  mutating func escape(from start: Int) throws(PatternError) -> PatternNode {
    if cursor.take("b") { return .check(.word) }
    if cursor.take("B") { return .check(.notWord) }
    if cursor.take("A") { return .check(.start) }
    if cursor.take("z") { return .check(.end) }
    if let set = try escapedSet(from: start) { return .character(cased(set)) }
    return literal(try escapedScalar(from: start))
  }

  /// `\d` and its like, and Unicode's categories; nil where the escape is a character.
  private mutating func escapedSet(from start: Int) throws(PatternError) -> Set? {
    guard let letter = cursor.peek else { return nil }
    switch letter {
    case "d": _ = cursor.next(); return .digits
    case "D": _ = cursor.next(); return Set.digits.inverted
    case "s": _ = cursor.next(); return .spaces
    case "S": _ = cursor.next(); return Set.spaces.inverted
    case "w": _ = cursor.next(); return .word
    case "W": _ = cursor.next(); return Set.word.inverted
    case "p", "P":
      _ = cursor.next()
      let set = try category(from: start)
      return letter == "P" ? set.inverted : set
    default: return nil
    }
  }

  /// `\pL`, `\p{Lu}`, `\p{^Lu}`.
  private mutating func category(from start: Int) throws(PatternError) -> Set {
    var name = cursor.take("{") ? cursor.prefix(before: "}") ?? [] : cursor.bytes(1)
    let isInverted = name.first == UInt8(ascii: "^")
    if isInverted { name.removeFirst() }
    guard let set = Set.category(String(decoding: name, as: UTF8.self)) else {
      throw PatternError("invalid character class range: `\(cursor.text(from: start))`")
    }
    return isInverted ? set.inverted : set
  }

  private mutating func escapedScalar(from start: Int) throws(PatternError) -> Unicode.Scalar {
    guard cursor.peek != nil else { throw PatternError("trailing \\ at end of expression") }
    let letter = cursor.next()
    switch letter {
    case "a": return "\u{7}"
    case "f": return "\u{C}"
    case "n": return "\n"
    case "r": return "\r"
    case "t": return "\t"
    case "v": return "\u{B}"
    case "x":
      let digits = cursor.take("{") ? cursor.prefix(before: "}") ?? [] : cursor.bytes(2)
      let value = UInt32(String(decoding: digits, as: UTF8.self), radix: 16)
      if let scalar = value.flatMap(Unicode.Scalar.init) { return scalar }
    case "0"..."7":
      if let scalar = octal(after: letter) { return scalar }
    default:
      if letter.isASCII, !letter.isLetter, !("0"..."9").contains(letter) { return letter }
    }
    throw PatternError("invalid escape sequence: `\(cursor.text(from: start))`")
  }

  /// Up to three digits. A single one that is not zero would be a reference to a group, which RE2
  /// does not have.
  private mutating func octal(after first: Unicode.Scalar) -> Unicode.Scalar? {
    var value = first.value - 48
    var count = 1
    while count < 3, let digit = cursor.peek, ("0"..."7").contains(digit) {
      value = value * 8 + cursor.next().value - 48
      count += 1
    }
    return count == 1 && value != 0 ? nil : Unicode.Scalar(value)
  }

  /// Past its opening bracket.
  mutating func bracket(from start: Int) throws(PatternError) -> Set {
    let isInverted = cursor.take("^")
    var set = Set()
    var isFirst = true
    while isFirst || cursor.peek != "]" {
      guard cursor.peek != nil else {
        throw PatternError("missing closing ]: `\(cursor.text(from: start))`")
      }
      isFirst = false
      set.bits |= try item(from: start).bits
    }
    _ = cursor.next()
    let all = cased(set)
    return isInverted ? all.inverted : all
  }

  /// A named set, an escaped one, a character, or a range of characters.
  private mutating func item(from start: Int) throws(PatternError) -> Set {
    if cursor.take("[:") { return try named(from: start) }
    let isEscape = cursor.peek == "\\"
    let place = cursor.position
    if isEscape {
      _ = cursor.next()
      if let set = try escapedSet(from: start) { return set }
      cursor.position = place
    }
    let low = try rangeEnd(from: start)
    var high = low
    let dash = cursor.position
    if cursor.take("-") {
      if cursor.peek == "]" { cursor.position = dash } else { high = try rangeEnd(from: start) }
    }
    guard low.value <= high.value else {
      throw PatternError("invalid character class range: `\(cursor.text(from: start))`")
    }
    var set = Set()
    set.insert(low.value...high.value)
    return set
  }

  private mutating func rangeEnd(from start: Int) throws(PatternError) -> Unicode.Scalar {
    guard cursor.peek != nil else {
      throw PatternError("missing closing ]: `\(cursor.text(from: start))`")
    }
    return cursor.take("\\") ? try escapedScalar(from: start) : cursor.next()
  }

  /// `[:alpha:]`, past its `[:`.
  private mutating func named(from start: Int) throws(PatternError) -> Set {
    let isInverted = cursor.take("^")
    let name = cursor.prefix(before: ":").map { String(decoding: $0, as: UTF8.self) }
    guard let name, cursor.take("]"), let set = Set.posix(name) else {
      throw PatternError("invalid character class range: `\(cursor.text(from: start))`")
    }
    return isInverted ? set.inverted : set
  }
}
