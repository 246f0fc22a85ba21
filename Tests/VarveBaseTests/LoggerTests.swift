import Foundation
import Synchronization
import Testing
import VarveBase
import VarveTestKit

@Suite struct LoggerTests {
  private final class Kept: Sendable {
    let entries = Mutex<[LogEntry]>([])
    var texts: [String] { entries.withLock { $0.map(\.text) } }
    var first: LogEntry? { entries.withLock { $0.first } }
  }

  private func logger(_ level: LogLevel, into kept: Kept) -> Logger {
    Logger(label: "varve.log", level: level, time: ManualTime()) { entry in
      kept.entries.withLock { $0.append(entry) }
    }
  }

  @Test(arguments: LogLevel.allCases)
  func `messages below the level are not made`(level: LogLevel) {
    let kept = Kept()
    let logger = logger(level, into: kept)
    var made = 0
    for each in LogLevel.allCases {
      logger.log(
        each,
        {
          made += 1; return each.rawValue
        }())
    }
    let order = ["trace", "debug", "info", "notice", "warning", "error", "critical"]
    let expected = order.drop { $0 != level.rawValue }
    #expect(kept.entries.withLock { $0.map(\.message) } == Array(expected))
    #expect(made == expected.count)
  }

  @Test func `a line of text has the time and the details in order`() {
    let kept = Kept()
    let logger = logger(.info, into: kept).with(.topic, "orders").with(.partition, "3")
    logger.log(.warning, "the tail was cut", [.offset: "17", .error: "bad checksum"])
    #expect(
      kept.texts == [
        "2024-01-01T00:00:00.000Z warning varve.log: the tail was cut topic=orders partition=3 "
          + "offset=17 error=\"bad checksum\""
      ])
  }

  @Test(arguments: ["a\nb", "a\u{2028}b", "a\u{1B}[31m", "\"", "\\", "", "a=b", "é 😀", "\u{0}"])
  func `no value breaks out of its line`(value: String) throws {
    let kept = Kept()
    logger(.trace, into: kept).log(.info, value, [.path: value])
    let entry = try #require(kept.first)
    #expect(!entry.text.unicodeScalars.contains { $0.value < 32 || $0.value == 0x2028 })
    // Foundation reads the JSON back.
    let read = try JSONSerialization.jsonObject(with: Data(entry.json.utf8)) as? [String: String]
    #expect(
      read == [
        "time": "2024-01-01T00:00:00.000Z", "level": "info", "label": "varve.log",
        "message": value, "path": value,
      ])
    #expect(!entry.json.contains("\n"))
  }

  @Test func `a discarding logger makes nothing`() {
    var made = 0
    Logger.discarding.log(
      .critical,
      {
        made += 1; return ""
      }())
    #expect(made == 0)
  }

  @Test func `no key is called as a field that every message has`() {
    let names = LogKey.allCases.map(\.rawValue)
    #expect(Set(names).isDisjoint(with: ["time", "level", "label", "message"]))
  }
}

@Suite struct TimestampTextTests {
  /// Foundation's calendar is the oracle.
  @Test func `times read as Foundation writes them`() {
    let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
    var random = SeededGenerator(seed: 1)
    let edges: [Int64] = [
      0, -1, 1, 951_782_399_999, 951_782_400_000, 1_709_164_800_000, 4_107_542_400_000,
      -62_135_596_800_000, 253_402_300_799_999,
    ]
    let times =
      edges
      + (0..<2000).map { _ in
        // From the year 1600, where the calendar of both is the same, to 9999.
        Int64.random(in: -11_676_096_000_000...253_402_300_799_999, using: &random)
      }
    for time in times where time > -11_676_096_000_000 {
      let date = Date(timeIntervalSince1970: Double(time.floorDivided(by: 1000)))
      let seconds = style.format(date).dropLast(5)
      let milliseconds = String(time - time.floorDivided(by: 1000) * 1000 + 1000).dropFirst()
      #expect(Timestamp(time).text == "\(seconds).\(milliseconds)Z", "\(time)")
    }
  }

  @Test func `no time is too far away`() {
    #expect(Timestamp(.max).text == "292278994-08-17T07:12:55.807Z")
    #expect(Timestamp(.min).text.hasSuffix("Z"))
    #expect(Timestamp(-62_135_596_800_000).text == "0001-01-01T00:00:00.000Z")
  }
}

extension Int64 {
  fileprivate func floorDivided(by divisor: Int64) -> Int64 {
    self >= 0 ? self / divisor : (self - divisor + 1) / divisor
  }
}
