import Testing
import VarveTestKit

/// Goal: the program is a good neighbour in a pipe: bytes pass unchanged whatever they are, and it
/// ends when it should. Method: shell pipelines as a user would write them.
@Suite struct PipeTests {
  struct Input: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let bytes: [UInt8]
  }

  static let inputs = [
    Input(testDescription: "nothing", bytes: []),
    Input(testDescription: "an empty line", bytes: [10]),
    Input(testDescription: "two empty lines", bytes: [10, 10]),
    Input(testDescription: "no newline", bytes: [97]),
    Input(testDescription: "one line", bytes: [97, 10]),
    Input(testDescription: "CRLF", bytes: [97, 13, 10, 98, 13, 10]),
    Input(testDescription: "NULs", bytes: [0, 10, 0]),
    Input(testDescription: "every byte", bytes: Array(0...255)),
    Input(testDescription: "a line of 900 kB", bytes: Array(repeating: 120, count: 900_000)),
  ]

  @Test("G58: bytes pass unchanged from produce to consume", arguments: inputs)
  func unchanged(input: Input) async throws {
    try await expectUnchanged(input.bytes)
  }

  @Test(arguments: 1...3 as ClosedRange<UInt64>)
  func `random bytes pass unchanged`(seed: UInt64) async throws {
    var generator = SeededGenerator(seed: seed)
    // Many newlines, so that there are empty lines and short ones.
    try await expectUnchanged(
      (0..<200_000).map { _ in
        Bool.random(using: &generator) ? UInt8.random(in: 0...255, using: &generator) : 10
      })
  }

  /// A last line without its newline comes back with one; no line, no record.
  private func expectUnchanged(_ input: [UInt8]) async throws {
    let outcome = try await BuiltProgram().shell(
      "varve topic create t && varve topic produce t && varve topic consume t", input: input)
    let expected = input.isEmpty || input.last == 10 ? input : input + [10]
    #expect(outcome.status == 0)
    #expect(outcome.errors == "")
    // A Bool, so that a failure does not print and compare megabytes.
    let isUnchanged = outcome.output == expected
    #expect(isUnchanged, "\(outcome.output.count) of \(expected.count) bytes")
  }

  @Test func `a line larger than the topic takes is refused, and those before it are kept`()
    async throws
  {
    let outcome = try await BuiltProgram().shell(
      "varve topic create t; varve topic produce t; echo $?; varve topic consume t",
      input: Array("before\n".utf8) + Array(repeating: 120, count: 3_000_000))
    #expect(outcome.text == "1\nbefore\n")
    #expect(outcome.errors.contains("max.message.bytes"))
  }

  @Test func `what is left of a line after its key is the value, whatever it is`() async throws {
    let outcome = try await BuiltProgram().shell(
      """
      varve topic create t
      varve topic produce t --key-separator '::'
      varve topic consume t --format '%K %k %S %s|'
      """, input: Array("a::b::c\n::d\ne::\n:f\n\n".utf8))
    #expect(outcome.text == "1 a 4 b::c|0  1 d|1 e 0 |-1  2 :f|-1  0 |")
  }

  @Test func `a reader that goes ends the program quietly, and the log is closed in order`()
    async throws
  {
    let outcome = try await BuiltProgram().shell(
      """
      varve topic create t
      seq 500000 | varve topic produce t
      varve topic consume t | head -1
      echo ${PIPESTATUS[*]}
      ls log/.kafka_cleanshutdown
      """)
    #expect(outcome.errors == "")
    #expect(outcome.text == "1\n0 0\nlog/.kafka_cleanshutdown\n")
  }

  @Test func `an interrupt ends following with 0 and closes the log in order`() async throws {
    let outcome = try await BuiltProgram().shell(
      """
      varve topic create t
      seq 3 | varve topic produce t
      mkfifo lines
      varve topic consume t --follow > lines &
      { read -r a; read -r b; read -r c; echo "$a $b $c"; kill -INT $!; } < lines
      wait $!
      echo $?
      ls log/.kafka_cleanshutdown
      """)
    #expect(outcome.errors == "")
    #expect(outcome.text == "1 2 3\n0\nlog/.kafka_cleanshutdown\n")
  }

  @Test func `what one process writes is seen by another that follows`() async throws {
    let outcome = try await BuiltProgram().shell(
      """
      varve topic create t --partitions 3
      varve topic consume t --follow --max 4 > seen &
      seq 2 | varve topic produce t --partition 2
      seq 3 4 | varve topic produce t --partition 0
      varve topic list
      wait
      sort seen
      """)
    #expect(outcome.errors == "")
    #expect(outcome.text == "NAME  PARTITIONS\nt              3\n1\n2\n3\n4\n")
  }

  @Test func `an interrupt while lines are typed keeps those that were`() async throws {
    let outcome = try await BuiltProgram().shell(
      """
      varve topic create t
      mkfifo lines
      varve topic produce t < lines &
      exec 3> lines
      echo one >&3
      while [ -z "$(find log/t-0 -name '*.log' -size +0)" ]; do :; done
      kill -INT $!
      wait $!
      echo $?
      varve topic consume t
      """)
    #expect(outcome.text == "1\none\n")
    #expect(outcome.errors.hasSuffix("varve: interrupted\n"))
  }
}
