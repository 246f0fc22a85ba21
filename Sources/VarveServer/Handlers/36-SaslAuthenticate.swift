internal import VarveProtocol

// SaslAuthenticate: a message of the mechanism that the client chose. Versions 0 to 2.
//
// The answer says after how long the client has to prove itself anew (KIP-368), if it has to.
extension Handler {
  static let saslAuthenticate = Handler(parking: SaslAuthenticateRequest.self) {
    request, exchange, context in
    let (response, refusal) = exchange.authentication.take(request.authBytes)
    exchange.answer(response.reply(to: context.header), refusal)
  }
}
