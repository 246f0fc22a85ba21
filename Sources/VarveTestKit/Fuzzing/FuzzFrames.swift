internal import VarveBase
internal import VarveProtocol

/// Any bytes as a frame of Kafka's protocol. A trap is a finding.
///
/// Where the first byte is 0 the rest is a request, whose header says which. Otherwise it is a
/// response, and the next two bytes choose the API and the version. What must hold: whatever is
/// decoded can be encoded, and says the same when it is decoded again.
package func fuzzFrame(_ bytes: RawSpan) {
  let input = ByteSlice(bytes)
  guard input.count >= 3 else { return }
  if input[0] == 0 {
    let frame = try? RequestFrame(decoding: input.slice(1..<input.count)) { key in
      APIMessages.of(key: key)?.request.api
    }
    guard let frame, let messages = APIMessages.of(key: frame.header.key) else { return }
    fuzzBody(frame.body, as: messages.request, version: frame.header.version)
  } else {
    let messages = APIMessages.all[Int(input[1]) % APIMessages.all.count]
    let api = messages.response.api
    let version = api.versions.lowerBound + Int16(input[2]) % Int16(api.versions.count)
    let frame = try? ResponseFrame(
      decoding: input.slice(3..<input.count), to: api, version: version)
    guard let frame else { return }
    fuzzBody(frame.body, as: messages.response, version: version)
  }
}

private func fuzzBody<Message: WireMessage>(
  _ body: ByteSlice, as type: Message.Type, version: Int16
) {
  guard let message = try? Message(decoding: body, version: version) else { return }
  let encoded = message.encoded(version: version)
  // Not the same bytes as before: numbers have longer forms, and unknown tags are passed over.
  let again = try? Message(decoding: encoded, version: version)
  precondition(again?.encoded(version: version) == encoded, "\(type) version \(version)")
}
