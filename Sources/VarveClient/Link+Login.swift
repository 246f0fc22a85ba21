#if Serve
  internal import VarveBase
  internal import VarveProtocol
  internal import VarveSecurity

  // Who we are, said before anything else, and again before what the broker believes of it is over
  // (KIP-368).
  extension Link {
    /// Of frames that nobody but this thread asks for.
    private static let correlationID: Int32 = -1

    /// Proves who the client is. Returns when that has to be done anew; nil for never.
    func logIn(
      _ login: LinkSecurity.Login, on wire: inout LinkWire, _ versions: BrokerVersions,
      by deadline: ContinuousClock.Instant
    ) throws(ClientError) -> ContinuousClock.Instant? {
      var handshake = SaslHandshakeRequest()
      handshake.mechanism = login.mechanism.rawValue
      let answer: SaslHandshakeResponse = try ask(handshake, on: &wire, versions, by: deadline)
      guard answer.errorCode == .none else {
        let offered = answer.mechanisms.joined(separator: ", ")
        throw refused(
          answer.errorCode == .unsupportedSASLMechanism
            ? "there is no \(login.mechanism.rawValue), only \(offered)"
            : "nobody is asked there who they are (\(answer.errorCode.kafkaName))")
      }
      let began = ContinuousClock.now
      let lifetime = try prove(login, on: &wire, versions, by: deadline)
      guard lifetime > 0 else { return nil }
      // Early enough for what is on its way; Kafka's clients take 85 to 95 %.
      return began + .milliseconds(lifetime) * 0.85
    }

    /// Returns how long that counts, in milliseconds; 0 for as long as the connection.
    private func prove(
      _ login: LinkSecurity.Login, on wire: inout LinkWire, _ versions: BrokerVersions,
      by deadline: ContinuousClock.Instant
    ) throws(ClientError) -> Int64 {
      let function: HashFunction
      switch login.mechanism {
      case .plain:
        let token = [0] + Array(login.user.utf8) + [0] + Array(login.password.utf8)
        return try say(token, on: &wire, versions, by: deadline).sessionLifetimeMilliseconds
      case .scramSHA256: function = .sha256
      case .scramSHA512: function = .sha512
      }
      var generator = SystemRandomNumberGenerator()
      var scram = ScramLogin(
        function, user: login.user, password: login.password,
        nonce: Base64.encode(generator.bytes(24)))
      let challenge = try say(scram.first, on: &wire, versions, by: deadline)
      let proof: [UInt8]
      do throws(ScramLogin.Fault) { proof = try scram.final(to: Array(challenge.authBytes)) } catch
      {
        throw refused(error.reason)
      }
      let answer = try say(proof, on: &wire, versions, by: deadline)
      do throws(ScramLogin.Fault) { try scram.check(Array(answer.authBytes)) } catch {
        throw refused(error.reason)
      }
      return answer.sessionLifetimeMilliseconds
    }

    private func say(
      _ token: [UInt8], on wire: inout LinkWire, _ versions: BrokerVersions,
      by deadline: ContinuousClock.Instant
    ) throws(ClientError) -> SaslAuthenticateResponse {
      var request = SaslAuthenticateRequest()
      request.authBytes = ByteSlice(token)
      let answer: SaslAuthenticateResponse = try ask(request, on: &wire, versions, by: deadline)
      guard answer.errorCode == .none else {
        throw refused(answer.errorMessage ?? answer.errorCode.kafkaName)
      }
      return answer
    }

    private func ask<Asked: WireMessage, Answer: WireMessage>(
      _ question: Asked, on wire: inout LinkWire, _ versions: BrokerVersions,
      by deadline: ContinuousClock.Instant
    ) throws(ClientError) -> Answer {
      // Version 0 of the handshake has messages without headers come after it.
      let lowest = Asked.api.key == SaslHandshakeRequest.api.key ? Int16(1) : 0
      guard
        let version = versions.common(
          Asked.api.key, among: lowest...Asked.api.versions.upperBound)
      else {
        throw ClientError(
          .unsupported, "\(address) does not ask in a way that is known here who its clients are")
      }
      let frame = try exchange(
        question.requestFrame(
          version: version, correlationID: Self.correlationID, clientID: options.clientID),
        Self.correlationID, on: &wire, by: deadline)
      do throws(WireError) {
        let response = try ResponseFrame(decoding: frame, to: Asked.api, version: version)
        return try Answer(decoding: response.body, version: version)
      } catch { throw ClientError(.badAnswer, "\(address) broke the protocol: \(error)") }
    }

    private func refused(_ reason: String) -> ClientError {
      ClientError(.security, "\(address) does not let us in: \(reason)")
    }
  }
#endif
