import Testing
import VarveCoordination
import VarveTestKit

/// Oracle: Swift's regular expressions for what both know, RE2's documented syntax for the rest.
struct TopicPatternTests {
  private static let matches: [(pattern: String, yes: [String], no: [String])] = [
    ("", [""], ["a"]),
    ("abc", ["abc"], ["ab", "abcd", "xabc"]),
    ("a.c", ["abc", "a.c"], ["ac", "abbc"]),
    ("a\\.c", ["a.c"], ["abc"]),
    ("\\Qa.c\\E+", ["a.c", "a.cc"], ["abc"]),
    ("a*b+c?", ["b", "aabbc"], ["a", "bcc"]),
    ("(ab|cd)*", ["", "abcd"], ["abc"]),
    ("a|b|cd", ["a", "b", "cd"], ["ab"]),
    ("a{2}", ["aa"], ["a", "aaa"]),
    ("a{2,}", ["aa", "aaaa"], ["a"]),
    ("a{1,3}?b", ["ab", "aaab"], ["b", "aaaab"]),
    ("a{,3}", ["a{,3}"], ["aaa"]),
    ("a{x", ["a{x"], ["a"]),
    ("[a-c_]+", ["abc_"], ["d", ""]),
    ("[^a-c]", ["d", "."], ["a", "", "dd"]),
    ("[]a]", ["]", "a"], ["b"]),
    ("[a-]", ["a", "-"], ["b"]),
    ("[\\d.]+", ["1.2"], ["a"]),
    ("[[:alpha:][:digit:]]+", ["a1"], ["_"]),
    ("[[:^alpha:]]", ["1"], ["a"]),
    ("\\w+-\\d+", ["orders_eu-12"], ["orders-eu-12", "orders-"]),
    ("\\W\\D\\S", ["-a."], ["aa.", "-1."]),
    ("\\pL+\\p{Nd}\\PL", ["ab1-"], ["1", "ab1a"]),
    ("\\p{^L}", ["1"], ["a"]),
    ("\\x41\\x{42}\\103", ["ABC"], ["abc"]),
    ("^orders$", ["orders"], ["orders-eu"]),
    ("a^b", [], ["ab", "a^b"]),
    ("\\Aa\\z", ["a"], ["ab"]),
    ("a\\b.*", ["a", "a-b"], ["ab"]),
    ("a\\Bb", ["ab"], ["a"]),
    ("(?i)ordErs(?-i)X", ["ORDERSX", "ordersX"], ["ordersx"]),
    ("(?i:a)b", ["Ab", "ab"], ["aB"]),
    ("(?i)[^k]", ["a"], ["k", "K"]),
    ("(?P<name>a)(?<other>b)(?:c)", ["abc"], ["ab"]),
    ("(?s).(?m:b)", ["ab"], ["b"]),
    ("ü|ö|a", ["a"], ["u"]),
    ("[^ü]", ["a"], [""]),
    ("(a*)*", ["", "aaa"], ["b"]),
    ("(a|a?)+", ["", "aaa"], ["b"]),
    ("(|a)b", ["b", "ab"], ["a"]),
    ("()", [""], ["a"]),
  ]

  @Test(arguments: matches.indices)
  func `a pattern matches whole names, in RE2's syntax`(index: Int) throws {
    let (text, yes, no) = Self.matches[index]
    let pattern = try TopicPattern(text)
    for name in yes { #expect(pattern.matches(name), "\(text) matches \(name)") }
    for name in no { #expect(!pattern.matches(name), "\(text) does not match \(name)") }
  }

  @Test(arguments: [
    "(", ")", "a)", "(a", "[", "[a", "[b-a]", "[a-", "*", "+a", "a**", "a+*", "a{2}{3}", "a{3,2}",
    "a{1001}", "\\", "\\1", "\\8", "\\q", "(?=a)", "(?!a)", "(?<=a)", "(?P<>a)", "(?P<a b>c)",
    "(?z)", "(?i", "[[:word]", "[[:nothing:]]", "\\p{Nothing}", "\\p", "\\pß", "\\xZZ", "\\x{",
    "[\\", "[a-\\", "\\é",
  ])
  func `what RE2 does not know is refused`(text: String) {
    #expect(throws: PatternError.self) { try TopicPattern(text) }
  }

  @Test func `patterns that would take for ever or fill the memory are refused or quick`() throws {
    let name = String(repeating: "a", count: 249)
    // Each takes exponential time where a matcher tries one way after the other.
    for text in [
      "(a+)+b", "(a*)*b", "(a|aa)+b", "(.*)(.*)(.*)(.*)(.*)(.*)(.*)(.*)b", "(a?){200}a{200}b",
    ] {
      let pattern = try TopicPattern(text)
      #expect(!pattern.matches(name))
      #expect(pattern.matches(name + "b"))
    }
    for text in [
      "((((a{100}){100}){100}){100}){100}", "((((){1000}){1000}){1000}){1000}",
      String(repeating: "(", count: 10_000),
      String(repeating: "(a", count: 300) + String(repeating: ")", count: 300),
      String(repeating: "a", count: 2001),
    ] {
      #expect(throws: PatternError.self) { try TopicPattern(text) }
    }
  }

  @Test func `random patterns match what Swift's regular expressions match`() throws {
    for seed in TestShare.seeds(300, long: 20_000) {
      var generator = SeededGenerator(seed: seed)
      let text = Self.randomPattern(depth: 3, using: &generator)
      let expected = try Regex(text).wordBoundaryKind(.simple)
      let pattern = try TopicPattern(text)
      for _ in 0..<20 {
        let name = String(
          (0..<Int.random(in: 0...6, using: &generator)).map { _ in
            "abc-".randomElement(using: &generator) ?? "a"
          })
        let isMatch = try expected.wholeMatch(in: name) != nil
        #expect(pattern.matches(name) == isMatch, "\(text) on '\(name)': \(TestShare.again(seed))")
      }
    }
  }

  private static func randomPattern(
    depth: Int, using generator: inout SeededGenerator
  ) -> String {
    let atoms = ["a", "b", "c", "-", ".", "[ab]", "[^a]", "\\w", "\\W", "[a-c]", "^", "$", "\\b"]
    guard depth > 0 else { return atoms.randomElement(using: &generator) ?? "a" }
    let inner = randomPattern(depth: depth - 1, using: &generator)
    switch Int.random(in: 0..<7, using: &generator) {
    case 0: return "(?:\(inner))*"
    case 1: return "(?:\(inner))+"
    case 2: return "(?:\(inner))?"
    case 3: return "(?:\(inner)|\(randomPattern(depth: depth - 1, using: &generator)))"
    case 4: return "(?:\(inner)){1,2}"
    default: return inner + randomPattern(depth: depth - 1, using: &generator)
    }
  }

  @Test func `FuzzTopicPattern: any text is a pattern or is refused`() {
    let pieces = [
      "(", ")", "[", "]", "{", "}", "*", "+", "?", "|", "\\", "^", "-", ":", "P", "<", ">", "p",
      "x", "Q", "E", "i", "1", "0", ",", "a", "é", "\u{1F600}", "[:", "alpha",
    ]
    for seed in TestShare.seeds(3000, long: 300_000) {
      var generator = SeededGenerator(seed: seed)
      let text = (0..<Int.random(in: 0..<12, using: &generator)).map { _ in
        pieces.randomElement(using: &generator) ?? ""
      }.joined()
      if let pattern = try? TopicPattern(text) { _ = pattern.matches("a-1") }
    }
  }
}
