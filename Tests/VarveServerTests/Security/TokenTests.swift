import Foundation
import Testing
import VarveBase
import VarveServer
import VarveTestKit
import VarveTestSupport
import VarveSecurity

/// Goal: a token counts where RFC 7515 to 7519 say so and the options ask for it, and nowhere else.
/// Method: the examples of RFC 7515, and tokens that the command `openssl` signs.
@Suite struct TokenTests {
  /// A file of keys, and a judge that goes by it.
  struct Judge {
    let directory: TemporaryDirectory
    let time = ManualTime(now: Timestamp(1_300_819_000_000))
    let verifier: TokenVerifier

    init(_ keySet: String, _ change: (inout TokenOptions) -> Void = { _ in }) throws {
      directory = try TemporaryDirectory()
      try Data(keySet.utf8).write(to: URL(filePath: directory.path + "/keys"))
      var options = TokenOptions(keyFile: directory.path + "/keys")
      change(&options)
      verifier = try TokenVerifier(options, time: time)
    }

    func outcome(_ token: String) -> String {
      do throws(SaslRefusal) { return try verifier.verify(Array(token.utf8)).user } catch {
        return "refused: \(error.reason)"
      }
    }

    func refuses(_ token: String) -> Bool { outcome(token).hasPrefix("refused") }
  }

  // Of RFC 7515, appendices A.2, A.3 and A.4. The first two have the same claims.
  private static let claims =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0"
    + "cnVlfQ"
  static let rsaToken =
    "eyJhbGciOiJSUzI1NiJ9.\(claims)."
    + "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W"
    + "2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkS"
    + "jtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnv"
    + "Wh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw"
  private static let rsaKey =
    #"{"kty":"RSA","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-"#
    + "4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg"
    + "0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5"
    + "ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpo"
    + #"Q","e":"AQAB"}"#
  static let ecToken =
    "eyJhbGciOiJFUzI1NiJ9.\(claims)."
    + "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
  private static let ecKey =
    #"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","#
    + #""y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#

  private static let examples = [(rsaToken, rsaKey), (ecToken, ecKey)]

  @Test("G61: the signed tokens of RFC 7515 count until their end", arguments: [0, 1])
  func examples(index: Int) throws {
    let (token, key) = Self.examples[index]
    let judge = try Judge(#"{"keys":[\#(key)]}"#) {
      $0.subjectClaim = "iss"
      $0.clockSkewSeconds = 0
    }
    #expect(judge.outcome(token) == "joe")
    judge.time.setWallClock(Timestamp(1_300_819_379_999))
    #expect(judge.outcome(token) == "joe")
    judge.time.setWallClock(Timestamp(1_300_819_380_000))
    #expect(judge.outcome(token) == "refused: a token has expired")
  }

  @Test("G61: a token of RFC 7515 with any bit changed proves nothing", arguments: [0, 1])
  func damaged(index: Int) throws {
    let (token, key) = Self.examples[index]
    let judge = try Judge(#"{"keys":[\#(key)]}"#) { $0.subjectClaim = "iss" }
    let bytes = Array(token.utf8)
    for position in bytes.indices {
      var damaged = bytes
      damaged[position] ^= 1
      #expect(throws: SaslRefusal.self, "byte \(position)") {
        try judge.verifier.verify(damaged)
      }
      #expect(throws: SaslRefusal.self) { try judge.verifier.verify(bytes.prefix(position)) }
    }
  }

  @Test func `ES512 is checked as in RFC 7515, where the claims are no JSON`() throws {
    let key = try SignatureKey(
      curve: .p521,
      x: Base64.decodeForURL(
        Array(
          ("AekpBQ8ST8a8VcfVOTNl353vSrDCLLJXmPk06wTjxrrjcBpXp5EOnYG_NjFZ6OvLFV1jSfS9tsz4qUxcWceqw"
            + "QGk").utf8)
      ).unwrapped(),
      y: Base64.decodeForURL(
        Array(
          ("ADSmRA43Z1DSNx_RvcLI87cdL07l6jQyyBXMoxVg_l2Th-x3S1WDhjDly79ajL4Kkd0AZMaZmh9ubmf63e3ky"
            + "Mj2").utf8)
      ).unwrapped()
    ).unwrapped()
    let signature = try Base64.decodeForURL(
      Array(
        ("AdwMgeerwtHoh-l192l60hp9wAHZFVJbLfD_UxMi70cwnZOYaRI1bKPWROc-mZZqwqT2SI-KGDKB34XO0aw_7XdtA"
          + "G8GaSwFKdCAPZgoXD2YBJZCPEX3xKpRwcdOO8KpEHwJjyqOgzDO7iKvU8vcnwNrmxYbSW9ERBXukOXol"
          + "LzeO_Jn")
          .utf8)
    ).unwrapped()
    let message = Array("eyJhbGciOiJFUzUxMiJ9.UGF5bG9hZA".utf8)
    #expect(key.verifies(signature, of: message, .es512))
    #expect(!key.verifies(signature, of: message + [0x20], .es512))
    #expect(!key.verifies(signature, of: message, .es256))
    #expect(!key.verifies([], of: message, .es512))
  }

  private static let good = #""sub":"alice","exp":1300819380,"iss":"us","aud":["x","varve"]"#

  @Test("G61: tokens that openssl signs are judged by their claims", arguments: ["rsa", "ec"])
  func claims(key: String) async throws {
    let tokens = try await TestTokens.shared
    let judge = try Judge(tokens.keySet) {
      $0.issuer = "us"
      $0.audiences = ["varve", "others"]
    }
    let cases = [
      (#"{"sub":"alice","exp":1300819380.5,"iss":"us","aud":"varve","scope":"a b"}"#, "alice"),
      (#"{\#(Self.good),"nbf":1300819030,"scope":["a","b"]}"#, "alice"),
      (#"{\#(Self.good),"nbf":1300819031}"#, "refused: a token does not count yet"),
      (#"{\#(Self.good),"nbf":"now"}"#, "refused: a token's claim 'nbf' is no time"),
      (#"{\#(Self.good),"iat":-1}"#, "refused: a token's claim 'iat' is no time"),
      (#"{\#(Self.good),"scope":7}"#, "refused: a token's claim 'scope' is no text"),
      (#"{\#(Self.good),"sub":"root"}"#, "refused: a token's claims is not JSON"),
      (#"{"sub":"alice","exp":1300818970,"iss":"us","aud":"varve"}"#, "refused: a token has exp"),
      (#"{"sub":"alice","exp":1300818971,"iss":"us","aud":"varve"}"#, "alice"),
      (
        #"{"sub":"alice","exp":1300819380000,"iss":"us","aud":"varve"}"#, "refused: a token's claim"
      ),
      (#"{"sub":"alice","iss":"us","aud":"varve"}"#, "refused: a token does not say when it ends"),
      (
        #"{"sub":"alice","exp":1300819380,"iss":"them","aud":"varve"}"#, "refused: a token was made"
      ),
      (#"{"sub":"alice","exp":1300819380,"aud":"varve"}"#, "refused: a token was made"),
      (#"{"sub":"alice","exp":1300819380,"iss":"us"}"#, "refused: a token is for somebody else"),
      (#"{"sub":"alice","exp":1300819380,"iss":"us","aud":["x",1]}"#, "refused: a token is for"),
      (#"{"sub":"","exp":1300819380,"iss":"us","aud":"varve"}"#, "refused: a token names no user"),
      (#"{"sub":["a"],"exp":1300819380,"iss":"us","aud":"varve"}"#, "refused: a token names no"),
      (#"{"exp":1300819380,"iss":"us","aud":"varve"}"#, "refused: a token names no user"),
      ("[]", "refused: a token's claims is no object"), ("{", "refused: a token's claims is not"),
    ]
    for (claims, expected) in cases {
      let outcome = judge.outcome(try await tokens.token(claims, key: key))
      #expect(outcome.hasPrefix(expected), "\(claims): \(outcome)")
    }
  }

  @Test("G61: a token that is signed otherwise than its key is for is refused")
  func confusion() async throws {
    let tokens = try await TestTokens.shared
    let judge = try Judge(tokens.keySet)
    let claims = "{\(Self.good)}"
    let good = try await tokens.token(claims)
    #expect(judge.outcome(good) == "alice")
    let body = good.split(separator: ".").dropFirst().first.map(String.init) ?? ""
    func head(_ text: String) -> String { TestTokens.text(Data(text.utf8)) }
    // The public key is no secret: whoever has it must not be able to sign with it.
    let secret = try [UInt8](Data(contentsOf: URL(filePath: tokens.path("rsa.public"))))
    let hmacMessage = "\(head(#"{"alg":"HS256","kid":"rsa"}"#)).\(body)"
    let mac = HashFunction.sha256.mac(of: Array(hmacMessage.utf8), key: secret)
    #expect(judge.refuses("\(hmacMessage).\(TestTokens.text(Data(mac)))"))
    for alg in ["none", "None", "NONE", "", "HS256", "RS1", "PS256", "ES256K"] {
      #expect(judge.refuses("\(head(#"{"alg":"\#(alg)"}"#)).\(body)."), "\(alg)")
      #expect(judge.refuses("\(head(#"{"alg":"\#(alg)"}"#)).\(body).\(body)"), "\(alg)")
    }
    let headers = [
      #"{"alg":"ES256","kid":"rsa"}"#, #"{"alg":"RS512","kid":"rsa"}"#, #"{"kid":"rsa"}"#,
      #"{"alg":"RS256","kid":"ec"}"#, #"{"alg":"RS256","kid":"nobody"}"#,
      #"{"alg":"RS256","kid":7}"#, #"{"alg":"RS256","kid":"rsa","crit":["b64"],"b64":false}"#,
      #"{"alg":"RS256","alg":"RS256","kid":"rsa"}"#, #"["RS256"]"#, #"{"alg":["RS256"]}"#,
    ]
    for header in headers {
      #expect(judge.refuses(try await tokens.token(claims, header: header)), "\(header)")
    }
    // Without a name it is signed by the one key of its kind.
    let nameless = try await tokens.token(claims, header: #"{"alg":"RS256"}"#)
    #expect(judge.outcome(nameless) == "alice")
    let stranger = try await tokens.token(
      claims, header: #"{"alg":"RS256","kid":"rsa"}"#, key: "stranger")
    #expect(judge.outcome(stranger) == "refused: the signature of a token is wrong")
  }

  @Test("G61: a token that is written otherwise than it has to be is refused")
  func forms() async throws {
    let tokens = try await TestTokens.shared
    let judge = try Judge(tokens.keySet)
    let good = try await tokens.token("{\(Self.good)}")
    let parts = good.split(separator: ".").map(String.init)
    let forms = [
      "", ".", "..", "...", parts[0], "\(parts[0]).\(parts[1])", good + ".", "." + good, good + "=",
      good + " ", " " + good, good + ".\(parts[2]).\(parts[2])", good.replacing("_", with: "/"),
      "\(parts[0]).\(parts[1]).", "\(parts[0])..\(parts[2])", ".\(parts[1]).\(parts[2])",
      String(repeating: "A", count: 20_000),
    ]
    for form in forms where form != good { #expect(judge.refuses(form), "\(form)") }
  }
}
