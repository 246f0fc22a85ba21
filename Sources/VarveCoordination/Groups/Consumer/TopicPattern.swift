internal import VarveBase

/// A regular expression over topic names, in the syntax of RE2, which Kafka's brokers use
/// (KIP-848).
///
/// It matches whole names. The work is bounded whatever the pattern: parsing is linear, the
/// compiled form has at most ``instructionCountMax`` instructions, and matching a name takes at
/// most that many steps a character, without backtracking (Thompson's construction, as in RE2).
/// Topic names are ASCII, so that sets of characters are 128 bits; a character outside ASCII
/// matches no name.
package struct TopicPattern: Sendable {
  package static let instructionCountMax = 2000

  private let program: [Instruction]

  /// Throws where the text is no regular expression, or one that is too large.
  package init(_ text: String) throws(PatternError) {
    var parser = PatternParser(text)
    let node = try parser.parse()
    var compiler = PatternCompiler()
    try compiler.compile(node)
    program = compiler.finish()
  }

  /// Throws `INVALID_REGULAR_EXPRESSION` where the text is none.
  static func check(_ text: String) throws(CoordinatorError) {
    do throws(PatternError) {
      _ = try TopicPattern(text)
    } catch {
      throw CoordinatorError(
        .invalidRegularExpression,
        "SubscribedTopicRegex `\(text)` is not a valid regular expression: \(error)")
    }
  }

  package func matches(_ name: String) -> Bool {
    var matcher = Matcher(program: program, name: Array(name.utf8))
    return matcher.run()
  }

  enum Instruction: Sendable {
    case character(CharacterSet)
    case jump(Int)
    /// Goes on at both.
    case split(Int, Int)
    case check(Boundary)
    case match
  }

  /// A place between characters.
  enum Boundary: Sendable {
    case start, end, word, notWord
  }

  /// A set of ASCII characters.
  struct CharacterSet: Equatable, Sendable {
    var bits: UInt128 = 0

    func contains(_ byte: UInt8) -> Bool { byte < 128 && bits >> UInt128(byte) & 1 == 1 }

    mutating func insert(_ range: ClosedRange<UInt32>) {
      guard range.lowerBound < 128 else { return }
      for value in range.lowerBound...min(range.upperBound, 127) { bits |= 1 << UInt128(value) }
    }

    var inverted: CharacterSet { CharacterSet(bits: ~bits) }

    init(bits: UInt128 = 0) { self.bits = bits }

    init(where isIncluded: (UInt8) -> Bool) {
      for byte in UInt8(0)..<128 where isIncluded(byte) { bits |= 1 << UInt128(byte) }
    }
  }

  /// All places of the program that the text read so far leads to, at once.
  private struct Matcher {
    let program: [Instruction]
    let name: [UInt8]
    var current: [Int] = []
    var next: [Int] = []
    /// The position in the name at which each place was last reached.
    var reached: [Int]

    init(program: [Instruction], name: [UInt8]) {
      self.program = program
      self.name = name
      reached = Array(repeating: -1, count: program.count)
    }

    mutating func run() -> Bool {
      follow(0, at: 0)
      swap(&current, &next)
      for (index, byte) in name.enumerated() {
        next.removeAll(keepingCapacity: true)
        for place in current {
          if case .character(let set) = program[place], set.contains(byte) {
            follow(place + 1, at: index + 1)
          }
        }
        swap(&current, &next)
        if current.isEmpty { return false }
      }
      return current.contains { if case .match = program[$0] { true } else { false } }
    }

    /// Adds the places that are reached from `start` without a character.
    private mutating func follow(_ start: Int, at position: Int) {
      var stack = [start]
      while let place = stack.popLast() {
        guard reached[place] != position else { continue }
        reached[place] = position
        switch program[place] {
        case .character, .match: next.append(place)
        case .jump(let target): stack.append(target)
        case .split(let first, let second):
          stack.append(second)
          stack.append(first)
        case .check(let boundary): if holds(boundary, at: position) { stack.append(place + 1) }
        }
      }
    }

    private func holds(_ boundary: Boundary, at position: Int) -> Bool {
      switch boundary {
      case .start: position == 0
      case .end: position == name.count
      case .word: isWord(position - 1) != isWord(position)
      case .notWord: isWord(position - 1) == isWord(position)
      }
    }

    private func isWord(_ index: Int) -> Bool {
      name.indices.contains(index) && CharacterSet.word.contains(name[index])
    }
  }
}

/// Why a text is no pattern, in the words of RE2 where it has them.
package struct PatternError: Error, Equatable, CustomStringConvertible {
  package let description: String

  init(_ description: String) { self.description = description }
}
