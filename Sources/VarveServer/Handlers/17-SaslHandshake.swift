internal import VarveProtocol

// SaslHandshake: chooses how the client proves who it is. Versions 0 to 1.
//
// Where nobody has to prove anything, or the client has done so for good, it is ILLEGAL_SASL_STATE.
extension Handler {
  static let saslHandshake = Handler(parking: SaslHandshakeRequest.self) {
    request, exchange, context in
    let (response, refusal) = exchange.authentication.choose(
      request.mechanism, hasBareTokens: context.version == 0)
    exchange.answer(response.reply(to: context.header), refusal)
  }
}
