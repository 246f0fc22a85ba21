internal import VarveBase
internal import VarveProtocol

extension Exchange {
  /// Answers, and after a refusal ends the connection.
  func answer(_ reply: Gather, _ refusal: SaslRefusal?) {
    guard let refusal else { return answer(reply) }
    end(refusal, reply)
  }

  /// Takes a message of a mechanism that came without a header, and answers likewise: a client that
  /// chose its mechanism so is not told why it fails.
  func takeBareToken(_ frame: ByteSlice) {
    let (response, refusal) = authentication.take(frame)
    if let refusal { return end(refusal, nil) }
    var length = Int32(response.authBytes.count)
    var writer = WireWriter(
      byteCount: FrameLength.byteCount + response.authBytes.count, version: 0, isFlexible: false)
    writer.integer(&length)
    writer.append(response.authBytes)
    answer(Gather([writer.finish()]))
  }
}
