import Testing
import VarveBase
import VarveProtocol

/// Goal: a header is read in each of its versions, and refused where it is not one. Method: bytes
/// written out by hand from Kafka's protocol guide.
struct FrameTests {
  static let flexible = API(3, versions: 0...9, flexibleSince: 9)

  @Test func `a classic request header is key, version, correlation and client, then the body`()
    throws
  {
    let frame = ByteSlice([0, 3, 0, 8, 0, 0, 1, 2, 0, 2, 0x6D, 0x65, 7, 7])
    let request = try RequestFrame(decoding: frame) { _ in Self.flexible }
    #expect(request.header.key == 3)
    #expect(request.header.version == 8)
    #expect(request.header.correlationID == 258)
    #expect(request.header.clientID == "me")
    #expect(Array(request.body) == [7, 7])
  }

  @Test func `a flexible request header keeps the client's old form and ends in tags`() throws {
    let head: [UInt8] = [0, 3, 0, 9, 0, 0, 0, 1, 0xFF, 0xFF]
    for tags: [UInt8] in [[0], [1, 5, 2, 9, 9], [2, 0, 0, 0x80, 1, 1, 3]] {
      let request = try RequestFrame(decoding: ByteSlice(head + tags + [7])) { _ in Self.flexible }
      #expect(request.header.clientID == nil)
      #expect(Array(request.body) == [7])
    }
  }

  @Test func `the header of a version that is not known yet is read as the newest that is`() throws
  {
    let frame = ByteSlice([0, 18, 0, 99, 0, 0, 0, 4, 0, 1, 0x61, 0, 1, 2])
    let request = try RequestFrame(decoding: frame) { _ in ApiVersionsRequest.api }
    #expect(request.header.version == 99)
    #expect(Array(request.body) == [1, 2])
    let error = #expect(throws: WireError.self) {
      try ApiVersionsRequest(decoding: request.body, version: request.header.version)
    }
    #expect(error?.fault.kind == .version)
  }

  @Test func `a header that is cut short or has an unknown key is refused`() {
    let whole: [UInt8] = [0, 3, 0, 9, 0, 0, 0, 1, 0, 1, 0x61, 1, 5, 1, 9]
    for count in 0..<whole.count {
      #expect(throws: WireError.self, "\(count) bytes") {
        try RequestFrame(decoding: ByteSlice(whole[..<count])) { _ in Self.flexible }
      }
    }
    let error = #expect(throws: WireError.self) {
      try RequestFrame(decoding: ByteSlice(whole)) { _ in nil }
    }
    #expect(error?.fault.kind == .key)
    let lies = ByteSlice(whole[..<11] + [0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0])
    #expect(throws: WireError.self) {
      try RequestFrame(decoding: lies) { _ in Self.flexible }
    }
  }

  @Test func `G21: the response header of ApiVersions never has tags, others have from the first`()
    throws
  {
    var versions = ApiVersionsResponse()
    versions.errorCode = .unsupportedVersion
    for version in ApiVersionsResponse.api.versions {
      let frame = versions.responseFrame(version: version, correlationID: 258)
      #expect(Array(frame.slice(4..<10)) == [0, 0, 1, 2, 0, 35], "version \(version)")
    }
    let frame = DeleteTopicsResponse().responseFrame(version: 4, correlationID: 258)
    #expect(Array(frame) == [0, 0, 0, 11, 0, 0, 1, 2, 0, 0, 0, 0, 0, 1, 0])
    let classic = DeleteTopicsResponse().responseFrame(version: 3, correlationID: 258)
    #expect(Array(classic) == [0, 0, 0, 12, 0, 0, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0])
  }

  @Test func `the length ahead of a frame is waited for, read, and refused where it is not one`()
    throws
  {
    func decode(_ bytes: [UInt8]) throws -> Int? {
      try FrameLength.decode(bytes.span.bytes, max: 1 << 20)
    }
    #expect(try decode([]) == nil)
    #expect(try decode([0, 0, 1]) == nil)
    #expect(try decode([0, 0, 1, 2]) == 258)
    #expect(try decode([0, 0x10, 0, 0, 9]) == 1 << 20)
    let negative = #expect(throws: FrameLengthError.self) { try decode([0xFF, 0, 0, 0]) }
    #expect(negative?.length == -16_777_216)
    let large = #expect(throws: FrameLengthError.self) { try decode([0x7F, 0xFF, 0xFF, 0xFF]) }
    #expect(
      large?.description
        == "a frame claims 2147483647 bytes, more than the 1048576 that socket.request.max.bytes "
        + "allows")
  }

  @Test func `a message about an error is cut where Kafka's strings end, at a whole character`()
    throws
  {
    for version in DeleteTopicsResponse.api.versions where version >= 5 {
      var response = DeleteTopicsResponse()
      var topic = DeleteTopicsResponse.Topic()
      topic.errorMessage = "invalid topic name '" + String(repeating: "🦫", count: 10_000)
      response.topics = [topic]
      let frame = response.responseFrame(version: version, correlationID: 1)
      let body = try ResponseFrame(
        decoding: frame.slice(4..<frame.count), to: DeleteTopicsResponse.api, version: version
      ).body
      let decoded = try DeleteTopicsResponse(decoding: body, version: version)
      let message = try #require(decoded.topics[0].errorMessage)
      #expect(message.utf8.count > 32_760 && message.utf8.count <= 32_767)
      #expect(message.hasPrefix("invalid topic name '🦫🦫"))
    }
  }

  @Test func `records are gathered between the bytes that stand around them`() throws {
    var response = FetchResponse()
    var topic = FetchResponse.Topic()
    topic.name = "t"
    let records: [[UInt8]?] = [[1, 2, 3], nil, [], [4]]
    for (index, batches) in records.enumerated() {
      var partition = FetchResponse.Topic.Partition()
      partition.partitionIndex = Int32(index)
      partition.records = batches.map { ByteSlice($0) }
      topic.partitions.append(partition)
    }
    response.topics = [topic]
    for version in FetchResponse.api.versions {
      var errors: [ErrorCode] = []
      let parts = response.gatheredResponseFrame(
        version: version, correlationID: 1, errors: &errors)
      let whole = response.responseFrame(version: version, correlationID: 1)
      #expect(parts.flatMap { Array($0) } == Array(whole), "version \(version)")
      #expect(Array(parts[1]) == [1, 2, 3], "version \(version)")
      #expect(Array(parts[3]) == [4], "version \(version)")
      // Only flexible versions have something after the last records: the tags.
      let flexibleSince = FetchResponse.api.flexibleSince
      #expect(parts.count == (version < flexibleSince ? 4 : 5), "version \(version)")
    }
  }
}
