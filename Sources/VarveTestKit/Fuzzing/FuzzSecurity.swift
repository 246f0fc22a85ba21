#if Serve
  internal import VarveBase
  internal import VarveSecurity
  internal import VarveServer

  /// What clients say before anybody knows who they are, and the files that say whom to believe,
  /// under any bytes. A trap is a finding, and so is a stranger who gets in.

  /// A text of JSON: space around it changes nothing.
  package func fuzzJSON(_ bytes: RawSpan) {
    let text = Array(ByteSlice(bytes))
    let value = try? JSONReader.value(of: text)
    let spaced = try? JSONReader.value(of: [0x20, 0x0A] + text + [0x09, 0x0D])
    precondition(value == spaced, "space around a text changes nothing")
  }

  /// A text of Base64: no other stands for the same bytes.
  package func fuzzBase64(_ bytes: RawSpan) {
    let text = Array(ByteSlice(bytes))
    if let decoded = Base64.decode(text) {
      precondition(Array(Base64.encode(decoded).utf8) == text)
    }
    if let decoded = Base64.decodeForURL(text) {
      let usual = text.map { letter in
        switch letter {
        case UInt8(ascii: "-"): UInt8(ascii: "+")
        case UInt8(ascii: "_"): UInt8(ascii: "/")
        default: letter
        }
      }
      precondition(Base64.encode(decoded).utf8.prefix(text.count).elementsEqual(usual))
    }
  }

  /// A JWK Set: none of its keys has signed nothing.
  package func fuzzTokenKeys(_ bytes: RawSpan) {
    guard let keys = try? TokenKeySet(Array(ByteSlice(bytes))) else { return }
    precondition(keys.count > 0)
    let algorithms: [(SignatureAlgorithm, byteCount: Int)] = [
      (.rs256, 256), (.es256, 64), (.es384, 96), (.es512, 132),
    ]
    for (algorithm, byteCount) in algorithms {
      let key = keys.key(named: nil, for: algorithm)
      let signature = [UInt8](repeating: 0, count: byteCount)
      precondition(key?.verifies(signature, of: [], algorithm) != true)
    }
  }

  /// A first message of OAUTHBEARER: the only user whose token anybody has is let in.
  package func fuzzOAuth(_ bytes: RawSpan) {
    var exchange = OAuthExchange(FuzzedUsers.tokens)
    guard let answer = try? exchange.take(Array(ByteSlice(bytes))) else { return }
    if case .proved(let user, _, let end) = answer {
      precondition(user == "joe" && end == FuzzedUsers.tokenEnd, "nobody else has a token")
    } else {
      precondition((try? exchange.take([1])) == nil, "who was told of a failure is refused")
    }
  }

  /// The claims of a token that is signed: who is let in has a name, and not for ever.
  package func fuzzClaims(_ bytes: RawSpan) {
    guard let proof = try? FuzzedUsers.tokens.proof(ofClaims: Array(ByteSlice(bytes))) else {
      return
    }
    precondition(!proof.user.isEmpty && proof.end.rawValue > FuzzedUsers.now.rawValue - 30_000)
  }

  /// A message of PLAIN.
  package func fuzzPlain(_ bytes: RawSpan) {
    guard let message = try? PlainMessage(Array(ByteSlice(bytes))) else { return }
    let again = [0] + Array(message.user.utf8) + [0] + message.password
    precondition((try? PlainMessage(again)) == message)
    precondition((try? PlainMessage(Array(message.user.utf8) + again)) == message)
  }

  /// The messages of SCRAM, the second after the first byte of a new line.
  package func fuzzScram(_ bytes: RawSpan) {
    let messages = Array(ByteSlice(bytes)).split(
      separator: 0x0A, maxSplits: 1, omittingEmptySubsequences: false)
    var exchange = FuzzedUsers.scramExchange
    guard case .challenge(let challenge)? = try? exchange.take(Array(messages[0])) else { return }
    let text = String(decoding: challenge, as: UTF8.self)
    precondition(text.hasPrefix("r=") && text.contains(FuzzedUsers.nonce))
    guard messages.count == 2, let answer = try? exchange.take(Array(messages[1])) else { return }
    guard case .proved(let user, _, let end) = answer, user == FuzzedUsers.name, end == nil else {
      preconditionFailure("nobody else has a password")
    }
    precondition((try? exchange.take(Array(messages[1]))) == nil, "there is no message after that")
  }

  /// Metrics that a client pushes: few are kept, and of each a number.
  package func fuzzPushedMetrics(_ bytes: RawSpan) {
    guard let metrics = try? PushedMetrics(ByteSlice(bytes)) else { return }
    precondition(metrics.values.count <= PushedMetrics.seriesMax)
    precondition(metrics.values.values.allSatisfy(\.isFinite))
    precondition(metrics.values.keys.allSatisfy { !$0.name.isEmpty })
    precondition((try? PushedMetrics(ByteSlice(bytes))) == metrics)
  }
#endif
