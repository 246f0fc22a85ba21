#if Serve
  package import VarveBase
  internal import VarveProtocol
  internal import VarveSecurity
  package import VarveServer

  /// Who can prove to be somebody while exchanges are fuzzed: the user of RFC 7677, section 3, with
  /// a password, and the issuer of RFC 7515, appendices A.2 and A.3, with tokens.
  package enum FuzzedUsers {
    static let name = "user"
    /// The server's.
    static let nonce = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
    static let now = Timestamp(1_300_819_000_000)
    package static let tokenEnd = Timestamp(1_300_819_380_000)

    package static var scramExchange: ScramExchange {
      ScramExchange(.sha256, credentials, nonce: nonce)
    }

    /// Of the password "pencil", as RFC 5802 computes it.
    private static let credentials = ScramCredentials(secret: [UInt8](repeating: 7, count: 64)) {
      _ in
      record
    } lookup: { user, mechanism in
      user == name && mechanism == .sha256 ? record : nil
    }

    private static let record: UserScramCredentialRecord = {
      var record = UserScramCredentialRecord()
      (record.name, record.mechanism) = (name, ScramMechanism.sha256.rawValue)
      record.iterations = 4_096
      record.salt = bytes("W22ZaJ0SNY7soEsUEjb6gQ==")
      record.storedKey = bytes("WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=")
      record.serverKey = bytes("wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=")
      return record
    }()

    private static func bytes(_ text: String) -> ByteSlice {
      guard let bytes = Base64.decode(text.utf8) else { preconditionFailure("it is Base64") }
      return ByteSlice(bytes)
    }

    /// Goes by the keys of the RFC, at a time when its tokens count.
    package static let tokens: TokenVerifier = {
      do {
        let directory = try TemporaryDirectory()
        let path = directory.path + "/keys"
        try LocalFileSystem().open(path, .create).write(ByteSlice(keySet.utf8).bytes, at: 0)
        var options = TokenOptions(keyFile: path)
        options.subjectClaim = "iss"
        return try TokenVerifier(options, time: ManualTime(now: now))
      } catch { preconditionFailure("the keys cannot be kept: \(error)") }
    }()

    /// The keys of the RFC.
    package static let keySet = """
      {"keys":[{"kty":"RSA","e":"AQAB","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W2\
      6mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ4\
      7soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdV\
      MTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PA\
      cDTW9gb54h4FRWyuXpoQ"},{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9u\
      PHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}
      """
  }
#endif
