import Foundation
import Testing
import VarveBase
import VarveLog
import VarveTestKit
import VarveTestSupport

@Suite struct SegmentDumpTests {
  private let scratch = Scratch()

  private func dump(_ path: String) throws -> [String] {
    var text = ""
    try SegmentDump(path, on: LocalFileSystem()).write { text += $0.text }
    return text.split(separator: "\n").map(String.init)
  }

  /// The files of the data directory that there is a dump of, as `PARTITION/NAME`.
  private static let dumped =
    (try? Golden.files("").filter { name in
      let dump = "dump/\(name.replacing("/", with: "-")).txt"
      return name.contains("/") && (Golden.has(dump) || Golden.has(dump + ".gz"))
    }) ?? []

  @Test("G04: the dump of every kind of file is Kafka's own", arguments: dumped)
  func kafkaDumps(name: String) throws {
    // What the tool says on stderr, about the gaps that compaction leaves, comes last in the file.
    let expected = try Golden.dump(name.replacing("/", with: "-"))
      .prefix { !$0.hasPrefix("Non-consecutive offsets") }
    let lines = try dump(Golden.path("data/\(name)"))
    #expect(lines.first == "Dumping \(Golden.path("data/\(name)"))")
    expectSame(Array(lines.dropFirst()), Array(expected))
  }

  /// Dumps are long: a failure shows the first line that differs.
  private func expectSame(_ lines: [String], _ expected: [String]) {
    #expect(lines.count == expected.count)
    let different = zip(lines, expected).first { $0 != $1 }
    #expect(different?.0 == different?.1)
  }

  /// These dumps were made with decoders for keys and values, which come last in a line.
  @Test("the dump of Kafka's internal topics is Kafka's own up to the decoded records")
  func internalTopics() throws {
    for name in ["__consumer_offsets-0", "__consumer_offsets-1", "__transaction_state-3"] {
      let expected = try Golden.dump(name).map { line in
        line.range(of: " key: ").map { String(line[..<$0.lowerBound]) } ?? line
      }
      let lines = try dump(Golden.path("data/\(name)/00000000000000000000.log"))
      expectSame(Array(lines.dropFirst()), expected)
    }
  }

  @Test func `there is a dump of each kind of file to compare with`() {
    for kind in SegmentFileName.Kind.allCases {
      #expect(Self.dumped.contains { $0.hasSuffix(".\(kind.rawValue)") }, "\(kind)")
    }
  }

  @Test func `a file that is no segment's is refused`() {
    let error = #expect(throws: LogError.self) {
      try SegmentDump("data/leader-epoch-checkpoint", on: LocalFileSystem())
    }
    #expect(error?.code == .foreignFile)
  }

  @Test func `zeros behind the last batch are room, other bytes are told of`() throws {
    let whole = try Golden.bytes("data/appendtime-0/00000000000000000000.log")
    let lines = try dump(Golden.path("data/appendtime-0/00000000000000000000.log")).dropFirst()
    let name = "00000000000000000000.log"
    let reserved = try scratch.write(whole + Array(repeating: 0, count: 500), to: name)
    #expect(try dump(reserved).dropFirst() == lines)
    let torn = try scratch.write(whole + whole.prefix(70), to: name)
    #expect(
      try Array(dump(torn).dropFirst())
        == lines + ["Found 70 invalid bytes at the end of \(name)"])
    let empty = try scratch.write([], to: name)
    #expect(try dump(empty) == ["Dumping \(empty)", "Log starting offset: 0"])
  }

  @Test func `a flipped bit in a batch shows as invalid`() throws {
    var bytes = try Golden.bytes("data/appendtime-0/00000000000000000000.log")
    bytes[35] ^= 1
    let path = try scratch.write(bytes, to: "00000000000000000000.log")
    #expect(try dump(path)[2].hasSuffix("isvalid: false"))
  }

  @Test func `what can't be read any further is an error behind the text of all before`() throws {
    var bytes = try Golden.bytes("data/appendtime-0/00000000000000000000.log")
    let first = bytes.withUnsafeBytes { Int($0.load(fromByteOffset: 8, as: UInt32.self).bigEndian) }
    bytes[first + 12 + 16] = 1
    let path = try scratch.write(bytes, to: "00000000000000000000.log")
    var text = ""
    let error = #expect(throws: LogError.self) {
      try SegmentDump(path, on: LocalFileSystem()).write { text += $0.text }
    }
    #expect(error?.code == .unsupportedVersion)
    #expect(error?.place == .byte(first + 12))
    #expect(text.contains("baseOffset: 0 "))
  }

  @Test func `an empty index says so, as Kafka's tool does`() throws {
    let path = try scratch.write([], to: "00000000000000000000.index")
    #expect(try dump(path) == ["Dumping \(path)", "\(path) is empty."])
  }
}
