internal import VarveBase
internal import VarveProtocol

// The first words on a connection: which versions the broker speaks (KIP-511).
extension Link {
  /// The version that brokers of every age have answered since flexible versions came; those that
  /// do not know it answer in version 0, with all that is needed here.
  private static let version: Int16 = 3

  func negotiate(
    _ wire: inout LinkWire, by deadline: ContinuousClock.Instant
  ) throws(ClientError) -> BrokerVersions {
    var question = ApiVersionsRequest()
    question.clientSoftwareName = "varve"
    question.clientSoftwareVersion = "1"
    let frame = question.requestFrame(
      version: Self.version, correlationID: 0, clientID: options.clientID)
    return try versions(in: try exchange(frame, 0, on: &wire, by: deadline))
  }

  private func versions(in frame: ByteSlice) throws(ClientError) -> BrokerVersions {
    let answer: ApiVersionsResponse
    do throws(WireError) { answer = try Self.answer(in: frame) } catch {
      throw ClientError(.badAnswer, "\(address) does not speak Kafka's protocol: \(error)")
    }
    guard [.none, .unsupportedVersion].contains(answer.errorCode) else {
      throw ClientError(
        .badAnswer,
        "\(address) does not say which versions it speaks: \(answer.errorCode.kafkaName)")
    }
    return BrokerVersions(answer)
  }

  private static func answer(in frame: ByteSlice) throws(WireError) -> ApiVersionsResponse {
    let body = try ResponseFrame(
      decoding: frame, to: ApiVersionsRequest.api, version: version
    ).body
    // The error stands first in all versions.
    let isRefused =
      body.count >= 2 && body.bytes.bigEndian(at: 0) == ErrorCode.unsupportedVersion.rawValue
    return try ApiVersionsResponse(decoding: body, version: isRefused ? 0 : version)
  }
}
