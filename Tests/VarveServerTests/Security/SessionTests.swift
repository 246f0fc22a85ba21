import Testing
import VarveBase
import VarveBroker
import VarveProtocol
import VarveServer
import VarveTestKit
import VarveTestSupport

/// Goal: a session ends when its time is over, and goes on when the client proves itself anew, as
/// the same user (KIP-368). Method: random sequences against a slow model; then tokens.
@Suite struct SessionTests {
  private static let milliseconds: Int64 = 1_000

  private static func offer() throws -> SaslOffer {
    SaslOffer(
      mechanisms: [.plain, .scramSHA256],
      passwords: try UserPasswords(lines: "alice:secret\nbob:secret"),
      scram: ScramCredentials([]), sessionMillisecondsMax: milliseconds)
  }

  enum Step: CaseIterable { case wait, choose, chooseOther, alice, bob, wrong }

  /// What the KIP says, as a list of what happened.
  struct Model {
    var isProved = false
    var isExchanging = false
    var hasFailed = false
    var user: String?
    var end: Int64 = 0

    mutating func take(_ step: Step, now: Int64) {
      guard !hasFailed else { return }
      switch step {
      case .wait: break
      case .choose where !isExchanging: isExchanging = true
      case .alice where isExchanging && user ?? "alice" == "alice": prove("alice", now)
      case .bob where isExchanging && user ?? "bob" == "bob": prove("bob", now)
      // A message out of turn is told so; who has proved itself stays what it is.
      case .alice, .bob, .wrong: hasFailed = isExchanging || !isProved
      default: hasFailed = true
      }
    }

    private mutating func prove(_ name: String, _ now: Int64) {
      (user, isProved, isExchanging) = (name, true, false)
      end = now + SessionTests.milliseconds
    }
  }

  @Test(
    "G61: a session goes on only as its own user's, and not past its end",
    arguments: 1...300 as ClosedRange<UInt64>)
  func sequences(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let time = ManualTime()
    var now: Int64 = 0
    var authentication = Authentication(try Self.offer(), time: time)
    var model = Model()
    for _ in 0..<12 {
      let step = try Step.allCases.randomElement(using: &generator).unwrapped()
      if step == .chooseOther && !model.isProved { continue }
      switch step {
      case .wait:
        let passed = Int64.random(in: 1...700, using: &generator)
        now += passed
        time.advance(byMilliseconds: passed)
      case .choose: _ = authentication.choose("PLAIN", hasBareTokens: false)
      case .chooseOther: _ = authentication.choose("SCRAM-SHA-256", hasBareTokens: false)
      case .alice: _ = authentication.take(ByteSlice("\0alice\0secret".utf8))
      case .bob: _ = authentication.take(ByteSlice("\0bob\0secret".utf8))
      case .wrong: _ = authentication.take(ByteSlice("\0alice\0Secret".utf8))
      }
      model.take(step, now: now)
      let isServed = model.isProved && !model.isExchanging && !model.hasFailed && now < model.end
      #expect(authentication.admits(ProduceRequest.api.key) == isServed, "\(step) at \(now)")
      #expect(authentication.hasFailed == model.hasFailed)
      #expect(authentication.admits(SaslHandshakeRequest.api.key) == !model.hasFailed)
      #expect(authentication.principal?.name == (model.hasFailed ? nil : model.user))
    }
  }

  @Test(
    "G61: the client is told how long its session lasts: not longer than its token",
    arguments: [
      (0, 380_000), (10_000, 10_000), (500_000, 380_000),
    ] as [(Int64, Int64)])
  func lifetime(max: Int64, expected: Int64) async throws {
    let tokens = try await TestTokens.shared
    let judge = try TokenTests.Judge(tokens.keySet)
    let offer = SaslOffer(
      mechanisms: [.oauthBearer], passwords: UserPasswords(), scram: ScramCredentials([]),
      tokens: judge.verifier, sessionMillisecondsMax: max)
    var authentication = Authentication(offer, time: judge.time)
    func logIn(_ claims: String) async throws -> SaslAuthenticateResponse {
      _ = authentication.choose("OAUTHBEARER", hasBareTokens: false)
      let message = "n,,\u{1}auth=Bearer \(try await tokens.token(claims))\u{1}\u{1}"
      return authentication.take(ByteSlice(message.utf8)).response
    }
    let first = try await logIn(#"{"sub":"alice","exp":1300819380}"#)
    #expect(first.errorCode == ErrorCode.none)
    #expect(first.sessionLifetimeMilliseconds == expected)
    judge.time.advance(byMilliseconds: expected)
    #expect(authentication.isOver)
    let second = try await logIn(#"{"sub":"alice","exp":1300820000}"#)
    #expect(second.errorCode == ErrorCode.none)
    #expect(!authentication.isOver && second.sessionLifetimeMilliseconds > 0)
    let other = try await logIn(#"{"sub":"bob","exp":1300820000}"#)
    #expect(other.errorCode == .saslAuthenticationFailed)
    #expect(authentication.hasFailed)
  }

  @Test func `without a limit a password counts for as long as the connection`() throws {
    let time = ManualTime()
    let offer = SaslOffer(
      mechanisms: [.plain], passwords: try UserPasswords(lines: "alice:secret"),
      scram: ScramCredentials([]))
    var authentication = Authentication(offer, time: time)
    _ = authentication.choose("PLAIN", hasBareTokens: false)
    let response = authentication.take(ByteSlice("\0alice\0secret".utf8)).response
    #expect(response.sessionLifetimeMilliseconds == 0)
    time.advance(byMilliseconds: 1 << 40)
    #expect(authentication.admits(ProduceRequest.api.key))
    let again = authentication.choose("PLAIN", hasBareTokens: false)
    #expect(again.response.errorCode == .illegalSASLState)
  }
}
