import Testing
import VarveBase
import VarveProtocol
import VarveTestSupport

/// Goal: we read and write what Kafka and its clients do. Method: frames recorded between Kafka 4.0
/// and four client libraries, with nothing of ours in between.
struct GoldenFrameTests {
  @Test func `G21, G22, G23: every recorded frame decodes and is encoded to the same bytes`()
    throws
  {
    var checked: Set<Int16> = []
    for golden in try GoldenFrame.all() {
      let messages = try #require(APIMessages.of(key: golden.key), "\(golden)")
      let again =
        golden.isRequest
        ? try Self.reencodedRequest(golden, as: messages.request)
        : try Self.reencodedResponse(golden, as: messages.response)
      #expect(Array(again) == Self.length(golden) + golden.bytes, "\(golden)")
      checked.insert(golden.key)
    }
    #expect(checked.count == 41)
  }

  @Test func `G22: a gathered response is the same bytes, its records where they were before`()
    throws
  {
    var partCounts: Set<Int> = []
    for golden in try GoldenFrame.all() where golden.key == 1 && !golden.isRequest {
      let frame = ByteSlice(golden.bytes)
      let header = try ResponseFrame(
        decoding: frame, to: FetchResponse.api, version: golden.version)
      let response = try FetchResponse(decoding: header.body, version: golden.version)
      let records = response.topics.flatMap(\.partitions).compactMap(\.records)
        .filter { !$0.isEmpty }
      var errors: [ErrorCode] = []
      let parts = response.gatheredResponseFrame(
        version: golden.version, correlationID: golden.correlationID, errors: &errors)
      #expect(parts.flatMap { Array($0) } == Self.length(golden) + golden.bytes, "\(golden)")
      let places = parts.map(Self.place)
      for batch in records { #expect(places.contains(Self.place(of: batch)), "\(golden)") }
      partCounts.insert(parts.count - records.count)
    }
    // Ahead of each piece of records a part of ours, and one after the last.
    #expect(partCounts.contains { $0 > 1 })
  }

  @Test func `G22: the records of a produce request are a part of its frame`() throws {
    var count = 0
    for golden in try GoldenFrame.all() where golden.key == 0 && golden.isRequest {
      let frame = ByteSlice(golden.bytes)
      let request = try RequestFrame(decoding: frame) { _ in ProduceRequest.api }
      let decoded = try ProduceRequest(decoding: request.body, version: golden.version)
      for records in decoded.topics.flatMap(\.partitions).compactMap(\.records) {
        let (start, end) = (Self.place(of: frame), Self.place(of: frame) + frame.count)
        #expect(Self.place(of: records) > start && Self.place(of: records) < end, "\(golden)")
        count += 1
      }
    }
    #expect(count > 0)
  }

  private static func place(of slice: ByteSlice) -> Int {
    slice.withUnsafeBytes { Int(bitPattern: $0.baseAddress) }
  }

  private static func length(_ golden: GoldenFrame) -> [UInt8] {
    withUnsafeBytes(of: UInt32(golden.bytes.count).bigEndian) { Array($0) }
  }

  private static func reencodedRequest<Message: WireMessage>(
    _ golden: GoldenFrame, as type: Message.Type
  ) throws -> ByteSlice {
    let frame = try RequestFrame(decoding: ByteSlice(golden.bytes)) { key in
      APIMessages.of(key: key)?.request.api
    }
    #expect(frame.header.key == golden.key, "\(golden)")
    #expect(frame.header.version == golden.version, "\(golden)")
    #expect(frame.header.correlationID == golden.correlationID, "\(golden)")
    return try Message(decoding: frame.body, version: golden.version).requestFrame(
      version: golden.version, correlationID: golden.correlationID,
      clientID: frame.header.clientID)
  }

  private static func reencodedResponse<Message: WireMessage>(
    _ golden: GoldenFrame, as type: Message.Type
  ) throws -> ByteSlice {
    let frame = try ResponseFrame(
      decoding: ByteSlice(golden.bytes), to: Message.api, version: golden.version)
    #expect(frame.correlationID == golden.correlationID, "\(golden)")
    return try Message(decoding: frame.body, version: golden.version)
      .responseFrame(version: golden.version, correlationID: golden.correlationID)
  }
}
