internal import VarveBase
internal import VarveProtocol

// The first words on a connection: which versions the broker speaks (KIP-511).
extension Link {
  /// The version that brokers of every age have answered since flexible versions came; those that
  /// do not know it answer in version 0, with all that is needed here.
  private static let version: Int16 = 3

  func negotiate(
    _ socket: borrowing ClientSocket, _ frames: inout FrameAssembly,
    by deadline: ContinuousClock.Instant
  ) throws(ClientError) -> BrokerVersions {
    var question = ApiVersionsRequest()
    question.clientSoftwareName = "varve"
    question.clientSoftwareVersion = "1"
    var outgoing = OutgoingFrames()
    outgoing.add(
      question.requestFrame(
        version: Self.version, correlationID: 0, clientID: options.clientID))
    while true {
      try outgoing.send(to: socket)
      if let frame = try frames.next(from: socket) { return try versions(in: frame) }
      guard deadline > .now, !withState({ $0.isClosed }) else {
        throw ClientError(.unreachable, "\(address) did not say in time which versions it speaks")
      }
      _ = ReadyDescriptors.wait(
        for: socket.descriptor, isWriting: !outgoing.isEmpty, wakeDescriptor: nil, until: deadline)
    }
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
