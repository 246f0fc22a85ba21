internal import VarveProtocol

// SaslAuthenticate: a message of the mechanism that the client chose. Versions 0 to 2.
//
// A session lasts as long as its connection: none has to be renewed (KIP-368).
extension Handler {
  static let saslAuthenticate = Handler(parking: SaslAuthenticateRequest.self) {
    request, exchange, context in
    let (response, refusal) = exchange.authentication.take(request.authBytes)
    exchange.answer(response.reply(to: context.header), refusal)
  }
}
