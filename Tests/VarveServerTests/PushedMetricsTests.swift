import Testing
import VarveBase
import VarveServer
import VarveTestKit

/// Goal: what clients push is read as OpenTelemetry's description says, and nothing that a client
/// sends does harm. Method: a writer of our own of random metrics, its truncations and damages.
@Suite struct PushedMetricsTests {
  /// Writes fields as Protocol Buffers' description has them.
  struct Message {
    private(set) var bytes: [UInt8] = []

    private mutating func varint(_ value: UInt64) {
      var rest = value
      while rest >= 0x80 {
        bytes.append(UInt8(rest & 0x7F) | 0x80)
        rest >>= 7
      }
      bytes.append(UInt8(rest))
    }

    mutating func add(_ number: UInt64, varint value: UInt64) {
      varint(number << 3)
      varint(value)
    }

    mutating func add(_ number: UInt64, fixed64 value: UInt64) {
      varint(number << 3 | 1)
      for shift in stride(from: 0, to: 64, by: 8) {
        bytes.append(UInt8(value >> UInt64(shift) & 255))
      }
    }

    mutating func add(_ number: UInt64, fixed32 value: UInt32) {
      varint(number << 3 | 5)
      for shift in stride(from: 0, to: 32, by: 8) {
        bytes.append(UInt8(value >> UInt32(shift) & 255))
      }
    }

    mutating func add(_ number: UInt64, _ part: [UInt8]) {
      varint(number << 3 | 2)
      varint(UInt64(part.count))
      bytes += part
    }

    mutating func add(_ number: UInt64, _ text: String) { add(number, Array(text.utf8)) }

    mutating func add(_ number: UInt64, _ part: (inout Message) -> Void) {
      var message = Message()
      part(&message)
      add(number, message.bytes)
    }
  }

  /// `MetricsData` of one scope: a gauge or a sum for each, with its number as a double or as an
  /// integer.
  static func data(
    _ metrics: [(name: String, attributes: [(String, String)], value: Double)],
    isSum: (Int) -> Bool = { $0 % 2 == 1 }, isInteger: (Int) -> Bool = { $0 % 3 == 0 }
  ) -> ByteSlice {
    var data = Message()
    data.add(1) { resource in
      resource.add(1) { $0.add(1, "not read") }
      resource.add(2) { scope in
        scope.add(1, "a scope")
        for (index, metric) in metrics.enumerated() {
          scope.add(2) { message in
            message.add(isSum(index) ? 7 : 5) { kind in
              kind.add(1) { Self.point(&$0, metric, isInteger: isInteger(index)) }
              kind.add(2, varint: 2)
            }
            message.add(1, metric.name)
            message.add(2, "what it is")
          }
        }
      }
    }
    return ByteSlice(data.bytes)
  }

  private static func point(
    _ point: inout Message, _ metric: (name: String, attributes: [(String, String)], value: Double),
    isInteger: Bool
  ) {
    for (key, value) in metric.attributes {
      point.add(7) { attribute in
        attribute.add(1, key)
        attribute.add(2) { $0.add(1, value) }
      }
    }
    point.add(3, fixed64: 1_700_000_000_000_000_000)
    point.add(99, fixed32: 7)
    if isInteger {
      point.add(6, fixed64: UInt64(bitPattern: Int64(metric.value)))
    } else {
      point.add(4, fixed64: metric.value.bitPattern)
    }
  }

  private static func random(
    _ count: Int, using generator: inout SeededGenerator
  ) -> [(name: String, attributes: [(String, String)], value: Double)] {
    (0..<count).map { index in
      let attributes = (0..<Int.random(in: 0...3, using: &generator)).map { ("k\($0)", "v\($0)") }
      return ("m.\(index)", attributes, Double(Int32.random(in: .min ... .max, using: &generator)))
    }
  }

  @Test func `random gauges and sums are read as they were written`() throws {
    for seed in 0..<100 as Range<UInt64> {
      var generator = SeededGenerator(seed: seed)
      let written = Self.random(Int.random(in: 0...50, using: &generator), using: &generator)
      let read = try PushedMetrics(Self.data(written))
      var expected: [PushedMetrics.Series: Double] = [:]
      for metric in written {
        let attributes = metric.attributes.map { "\($0.0)=\($0.1)" }.joined(separator: ",")
        expected[PushedMetrics.Series(name: metric.name, attributes: attributes)] = metric.value
      }
      #expect(read.values == expected, "seed \(seed)")
    }
  }

  @Test func `whatever is cut off or damaged is refused, or read as something else`() {
    var generator = SeededGenerator(seed: 1)
    let data = Self.data(Self.random(8, using: &generator))
    // A message is no longer one when its only field is cut.
    for count in 1..<data.count {
      #expect(throws: ProtobufError.self) { try PushedMetrics(data.slice(0..<count)) }
    }
    for _ in 0..<20_000 {
      var bytes = Array(data)
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(
          in: 0...255, using: &generator)
      }
      guard let read = try? PushedMetrics(ByteSlice(bytes)) else { continue }
      #expect(read.values.count <= 8)
    }
  }

  @Test func `what is too much is left out and counted`() throws {
    let many = (0..<PushedMetrics.seriesMax + 5).map { ("m\($0)", [("a", "b")], 1.0) }
    let first = try PushedMetrics(Self.data(many))
    #expect(first.values.count == PushedMetrics.seriesMax)
    #expect(first.leftOut == 5)
    let long = String(repeating: "x", count: 300)
    let second = try PushedMetrics(
      Self.data([(long, [], 1), ("a", [(long, "b")], 2), ("b", [("k", long)], 3), ("c", [], 4)]))
    #expect(second.values == [PushedMetrics.Series(name: "c", attributes: ""): 4])
    #expect(second.leftOut == 3)
    let third = try PushedMetrics(
      Self.data(
        [("a", [], .infinity), ("b", [], .nan), ("c", [], 1)], isInteger: { _ in false }))
    #expect(third.values == [PushedMetrics.Series(name: "c", attributes: ""): 1])
  }
}
