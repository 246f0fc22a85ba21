/// Reads RE2's syntax. What is a matter of captures and of greed makes no difference to whether a
/// whole name matches, and is read and forgotten.
struct PatternParser {
  /// Groups in groups: what a parser that calls itself may be led to.
  static let depthMax = 250
  /// RE2's bound for counted repetitions.
  static let countMax = 1000

  var cursor: ScalarCursor
  private var depth = 0
  private(set) var ignoresCase = false

  init(_ text: String) { cursor = ScalarCursor(text) }

  mutating func parse() throws(PatternError) -> PatternNode {
    let node = try choice()
    if cursor.peek != nil { throw PatternError("unexpected ): `\(cursor.text)`") }
    return node
  }

  private mutating func choice() throws(PatternError) -> PatternNode {
    var branches = [try sequence()]
    while cursor.take("|") { branches.append(try sequence()) }
    return branches.count == 1 ? branches[0] : .choice(branches)
  }

  private mutating func sequence() throws(PatternError) -> PatternNode {
    var nodes: [PatternNode] = []
    while let next = cursor.peek, next != "|", next != ")" {
      if cursor.take("\\Q") {
        while cursor.peek != nil, !cursor.take("\\E") { nodes.append(literal(cursor.next())) }
        // A repetition that follows is the last character's.
        if let last = nodes.popLast() { nodes.append(try repeated(last)) }
        continue
      }
      let atom = try atom()
      nodes.append(try repeated(atom))
    }
    return nodes.isEmpty ? .empty : .sequence(nodes)
  }

  // MARK: Repetitions

  private mutating func repeated(_ atom: PatternNode) throws(PatternError) -> PatternNode {
    let start = cursor.position
    guard let (least, most) = try quantifier() else { return atom }
    _ = cursor.take("?")
    if try quantifier() != nil {
      throw PatternError("invalid nested repetition operator: `\(cursor.text(from: start))`")
    }
    return .repetition(atom, least, most)
  }

  private mutating func quantifier() throws(PatternError) -> (Int, Int?)? {
    if cursor.take("*") { return (0, nil) }
    if cursor.take("+") { return (1, nil) }
    if cursor.take("?") { return (0, 1) }
    return try counts()
  }

  /// `{2}`, `{2,}`, `{2,3}`; anything else in braces is itself.
  private mutating func counts() throws(PatternError) -> (Int, Int?)? {
    let start = cursor.position
    guard cursor.take("{"), let least = cursor.number() else {
      cursor.position = start
      return nil
    }
    var most: Int? = least
    if cursor.take(",") { most = cursor.number() }
    guard cursor.take("}") else {
      cursor.position = start
      return nil
    }
    guard max(least, most ?? 0) <= Self.countMax, least <= most ?? least else {
      throw PatternError("bad repetition operator: `\(cursor.text(from: start))`")
    }
    return (least, most)
  }

  // MARK: Atoms

  private mutating func atom() throws(PatternError) -> PatternNode {
    let start = cursor.position
    switch cursor.next() {
    case "(": return try group()
    case "[": return .character(try bracket(from: start))
    case ".": return .character(TopicPattern.CharacterSet { $0 != UInt8(ascii: "\n") })
    case "^": return .check(.start)
    case "$": return .check(.end)
    case "\\": return try escape(from: start)
    case "*", "+", "?":
      throw PatternError("missing argument to repetition operator: `\(cursor.text(from: start))`")
    case let scalar: return literal(scalar)
    }
  }

  func literal(_ scalar: Unicode.Scalar) -> PatternNode {
    var set = TopicPattern.CharacterSet()
    set.insert(scalar.value...scalar.value)
    return .character(cased(set))
  }

  /// The set with both cases of its letters where case is ignored.
  func cased(_ set: TopicPattern.CharacterSet) -> TopicPattern.CharacterSet {
    guard ignoresCase else { return set }
    return TopicPattern.CharacterSet { byte in
      let other = Unicode.Scalar(byte).isLetter ? byte ^ 0x20 : byte
      return set.contains(byte) || set.contains(other)
    }
  }

  // MARK: Groups

  /// Past its opening parenthesis.
  private mutating func group() throws(PatternError) -> PatternNode {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.depthMax else { throw PatternError("expression nests too deeply") }
    let outer = ignoresCase
    if cursor.take("?") {
      let isFlagsAlone = try groupHead()
      // These hold to the end of the group around them.
      if isFlagsAlone { return .empty }
    }
    let node = try choice()
    guard cursor.take(")") else { throw PatternError("missing closing ): `\(cursor.text)`") }
    ignoresCase = outer
    return node
  }

  /// A name, or flags for this group, or flags alone: `?P<name>`, `?i:`, `?i)`.
  private mutating func groupHead() throws(PatternError) -> Bool {
    let start = cursor.position
    if cursor.take("P<") || cursor.take("<") {
      let name = cursor.prefix(before: ">") ?? []
      guard !name.isEmpty, name.allSatisfy(TopicPattern.CharacterSet.word.contains) else {
        throw PatternError("invalid named capture: `\(cursor.text(from: start))`")
      }
      return false
    }
    var isOn = true
    while let flag = cursor.peek {
      _ = cursor.next()
      switch flag {
      case "i": ignoresCase = isOn
      // Lines, dots and greed: a name is one line, and matches whole.
      case "m", "s", "U": continue
      case "-" where isOn: isOn = false
      case ":": return false
      case ")": return true
      default: throw PatternError("invalid or unsupported group: `(?\(cursor.text(from: start))`")
      }
    }
    throw PatternError("missing closing ): `\(cursor.text)`")
  }
}
