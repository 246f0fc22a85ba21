import Testing
import VarveBase
import VarveServer
import VarveTestKit
import VarveTestSupport

/// Goal: the server's side of OAUTHBEARER says what RFC 7628 says. Method: its messages, as tables.
@Suite struct OAuthExchangeTests {
  private static let claims = #"{"sub":"alice","exp":1300819380}"#

  private static func exchange() async throws -> (OAuthExchange, token: String) {
    let tokens = try await TestTokens.shared
    let judge = try TokenTests.Judge(tokens.keySet)
    return (OAuthExchange(judge.verifier), try await tokens.token(claims))
  }

  @Test("G61: a message with a good token proves who the client is, until the token ends")
  func good() async throws {
    let (begun, token) = try await Self.exchange()
    let messages = [
      "n,,\u{1}auth=Bearer \(token)\u{1}\u{1}", "y,,\u{1}auth=bearer  \(token)\u{1}\u{1}",
      "n,a=alice,\u{1}host=a.b\u{1}port=9092\u{1}auth=BEARER \(token)\u{1}\u{1}",
    ]
    for message in messages {
      var exchange = begun
      let answer = try exchange.take(Array(message.utf8))
      #expect(
        answer == .proved(user: "alice", [], until: Timestamp(1_300_819_380_000)), "\(message)")
      #expect(throws: SaslRefusal.self) { try exchange.take([1]) }
    }
  }

  @Test("G61: a bad token is answered in JSON, and refused once the client has seen that")
  func bad() async throws {
    let (begun, token) = try await Self.exchange()
    let messages = [
      "n,,\u{1}auth=Bearer \(token.dropLast())\u{1}\u{1}", "n,,\u{1}auth=Bearer x\u{1}\u{1}",
      "n,a=root,\u{1}auth=Bearer \(token)\u{1}\u{1}",
    ]
    for message in messages {
      var exchange = begun
      let answer = try exchange.take(Array(message.utf8))
      #expect(answer == .challenge(Array(#"{"status":"invalid_token"}"#.utf8)), "\(message)")
      #expect(throws: SaslRefusal.self) { try exchange.take([1]) }
    }
  }

  @Test("G61: what is no message of OAUTHBEARER is refused at once")
  func malformed() async throws {
    let (begun, token) = try await Self.exchange()
    let messages = [
      "", "\u{1}", "n,,", "n,,\u{1}", "n,,\u{1}\u{1}", token, "n,,auth=Bearer \(token)\u{1}\u{1}",
      "n,,\u{1}auth=Bearer \(token)\u{1}", "n,,\u{1}auth=Bearer \(token)",
      "p=tls-unique,,\u{1}auth=Bearer \(token)\u{1}\u{1}", "n\u{1}auth=Bearer \(token)\u{1}\u{1}",
      "n,alice,\u{1}auth=Bearer \(token)\u{1}\u{1}", "n,a=,\u{1}auth=Bearer \(token)\u{1}\u{1}",
      "n,a=al=ice,\u{1}auth=Bearer \(token)\u{1}\u{1}",
      "n,,\u{1}auth=Basic \(token)\u{1}\u{1}", "n,,\u{1}auth=Bearer\u{1}\u{1}",
      "n,,\u{1}auth=\(token)\u{1}\u{1}", "n,,\u{1}=Bearer \(token)\u{1}\u{1}",
      "n,,\u{1}auth\u{1}\u{1}", "n,,\u{1}host=a\u{1}\u{1}", "n,,\u{1}ho st=a\u{1}\u{1}",
      "n,,\u{1}auth=Bearer \(token)\u{1}auth=Bearer \(token)\u{1}\u{1}",
      "n,,\u{1}auth=Bearer \(token)\u{1}x=\u{0}\u{1}\u{1}",
    ]
    for message in messages {
      var exchange = begun
      #expect(throws: SaslRefusal.self, "\(message)") { try exchange.take(Array(message.utf8)) }
    }
  }
}
