import Testing
import VarveBase
import VarveClient
import VarveProtocol

/// A connection against brokers that behave, that go away, and that mean harm.
@Suite struct LinkTests {
  private static let metadata = MetadataRequest.api.key

  /// Asks once, with what a broker says first and then.
  private static func asking(
    timeout: Duration = .seconds(600), connectTime: Duration = .seconds(600),
    _ react: @escaping @Sendable (RequestHeader) -> FakeBroker.Reaction
  ) async throws -> (result: Result<MetadataResponse, ClientError>, address: String) {
    let broker = try FakeBroker()
    let serving = Task { try await broker.serve(react) }
    var options = Link.Options()
    options.responseBytesMax = 1 << 20
    options.connectTime = connectTime
    let link = Link(to: broker.address, options: options)
    let result: Result<MetadataResponse, ClientError>
    do throws(ClientError) {
      result = .success(try await link.ask(MetadataRequest(), timeout: timeout))
    } catch { result = .failure(error) }
    link.close()
    try await serving.value
    return (result, broker.address.description)
  }

  /// As above, of a broker whose first words are in order.
  private static func failure(
    timeout: Duration = .seconds(600),
    _ react: @escaping @Sendable (RequestHeader) -> FakeBroker.Reaction
  ) async throws -> ClientError? {
    let (result, address) = try await asking(timeout: timeout) { header in
      header.key == ApiVersionsRequest.api.key
        ? FakeBroker.versions(of: metadata, 10...13, to: header) : react(header)
    }
    guard case .failure(let error) = result else { return nil }
    #expect(error.message.contains(address), "it says who: \(error)")
    return error
  }

  @Test(arguments: [(Int16(0)...11, Int16(11)), (12...12, 12), (10...99, 13)])
  func `the highest version that both speak is spoken`(
    spoken: ClosedRange<Int16>, chosen: Int16
  ) async throws {
    let (result, _) = try await Self.asking { header in
      if header.key == ApiVersionsRequest.api.key {
        return FakeBroker.versions(of: Self.metadata, spoken, to: header)
      }
      var response = MetadataResponse()
      response.clusterID = "spoken in \(header.version)"
      return .answer(
        Array(
          response.responseFrame(version: header.version, correlationID: header.correlationID)))
    }
    #expect(try result.get().clusterID == "spoken in \(chosen)")
  }

  @Test func `a broker that does not know the first words is understood`() async throws {
    let (result, _) = try await Self.asking { header in
      if header.key == ApiVersionsRequest.api.key {
        var response = ApiVersionsResponse()
        response.errorCode = .unsupportedVersion
        var entry = ApiVersionsResponse.VersionRange()
        (entry.key, entry.highest) = (Self.metadata, 10)
        response.apis = [entry]
        return .answer(
          Array(response.responseFrame(version: 0, correlationID: header.correlationID)))
      }
      return .answer(
        Array(
          MetadataResponse().responseFrame(
            version: header.version, correlationID: header.correlationID)))
    }
    #expect(try result.get() == MetadataResponse())
  }

  @Test func `a broker without a version in common is refused`() async throws {
    let (result, _) = try await Self.asking {
      FakeBroker.versions(of: Self.metadata, 0...9, to: $0)
    }
    guard case .failure(let error) = result else { throw FakeBroker.Failure() }
    #expect(error.code == .unsupported && !error.wasSent)
  }

  @Test(arguments: [
    Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8), [0xFF, 0xFF, 0xFF, 0xFF], [0, 0, 0, 0],
    [0x7F, 0xFF, 0xFF, 0xFF], [0, 0, 0, 4, 0, 0, 0, 0], [0, 0, 0, 5, 0, 0, 0, 0, 9],
  ])
  func `first words that are none of Kafka's are refused`(bytes: [UInt8]) async throws {
    let (result, _) = try await Self.asking { _ in .answer(bytes) }
    guard case .failure(let error) = result else { throw FakeBroker.Failure() }
    #expect(error.code == .badAnswer && !error.wasSent, "\(error)")
  }

  @Test(arguments: [
    // Longer than is allowed; shorter than a correlation id; an answer to nobody.
    [0x7F, 0xFF, 0xFF, 0xFF], [0, 0, 0, 3, 0, 0, 0], [0, 0, 0, 4, 0, 0, 0x30, 0x39],
    // No body, and counts that the body cannot hold.
    [0, 0, 0, 4, 0, 0, 0, 1], [0, 0, 0, 10, 0, 0, 0, 1, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F],
  ])
  func `an answer that breaks the protocol is an error`(bytes: [UInt8]) async throws {
    let error = try await Self.failure { _ in .answer(bytes) }
    #expect(error?.code == .badAnswer && error?.wasSent == true)
  }

  @Test func `a broker that hangs up leaves the outcome open`() async throws {
    let error = try await Self.failure { _ in .hangUp }
    #expect(error?.code == .disconnected && error?.wasSent == true)
  }

  @Test func `a broker that hangs up at once was not asked`() async throws {
    let (result, _) = try await Self.asking { _ in .hangUp }
    guard case .failure(let error) = result else { throw FakeBroker.Failure() }
    #expect(error.code == .disconnected && !error.wasSent)
  }

  @Test func `a broker that does not answer is given up`() async throws {
    let silent = try await Self.failure(timeout: .milliseconds(50)) { _ in .silence }
    #expect(silent?.code == .timedOut && silent?.wasSent == true)
    let half = try await Self.failure(timeout: .milliseconds(50)) { _ in
      .answer([0, 0, 1, 0, 0, 0])
    }
    #expect(half?.code == .timedOut)
    let (result, _) = try await Self.asking(connectTime: .milliseconds(50)) { _ in .silence }
    guard case .failure(let error) = result else { throw FakeBroker.Failure() }
    #expect(error.code == .unreachable && !error.wasSent)
  }

  @Test func `after a loss the next question makes a new connection`() async throws {
    let broker = try FakeBroker()
    let serving = Task {
      try await broker.serve { _ in .hangUp }
      try await broker.serve { header in
        if header.key == ApiVersionsRequest.api.key {
          return FakeBroker.versions(of: Self.metadata, 13...13, to: header)
        }
        return .answer(
          Array(
            MetadataResponse().responseFrame(
              version: header.version, correlationID: header.correlationID)))
      }
    }
    let link = Link(to: broker.address, options: Link.Options())
    await #expect(throws: ClientError.self) {
      try await link.ask(MetadataRequest(), timeout: .seconds(600))
    }
    _ = try await link.ask(MetadataRequest(), timeout: .seconds(600))
    link.close()
    try await serving.value
    let error = await #expect(throws: ClientError.self) {
      try await link.ask(MetadataRequest(), timeout: .seconds(600))
    }
    #expect(error?.code == .closed)
  }
}
