import Testing
import VarveBase
import VarveBroker
import VarveProtocol
import VarveServer
import VarveTestKit

/// Goal: nothing is answered before the client has proved who it is, whatever comes in which order.
/// Method: random sequences of what a client can do, against a slow model of four states.
@Suite struct AuthenticationTests {
  enum Step: CaseIterable {
    case goodMechanism
    case otherMechanism
    case rightPassword
    case wrongPassword
    case nonsense
  }

  /// What a client has come to, as a list of what it did says.
  enum Standing {
    case nothing
    case chosen
    case proved
    case failed

    func after(_ step: Step) -> Standing {
      switch (self, step) {
      case (.proved, _): .proved
      case (.nothing, .goodMechanism): .chosen
      case (.chosen, .rightPassword): .proved
      default: .failed
      }
    }
  }

  private static func offer() throws -> SaslOffer {
    SaslOffer(
      mechanisms: [.plain], passwords: try UserPasswords(lines: "alice:secret"),
      scram: ScramCredentials([]))
  }

  private static func perform(_ step: Step, _ authentication: inout Authentication) {
    switch step {
    case .goodMechanism: _ = authentication.choose("PLAIN", hasBareTokens: false)
    case .otherMechanism: _ = authentication.choose("SCRAM-SHA-256", hasBareTokens: false)
    case .rightPassword: _ = authentication.take(ByteSlice("\0alice\0secret".utf8))
    case .wrongPassword: _ = authentication.take(ByteSlice("\0alice\0Secret".utf8))
    case .nonsense: _ = authentication.take(ByteSlice())
    }
  }

  @Test("G61: only who proves itself in order is let in", arguments: 1...200 as ClosedRange<UInt64>)
  func sequences(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    var authentication = Authentication(try Self.offer())
    var standing = Standing.nothing
    for _ in 0..<6 {
      let step = try Step.allCases.randomElement(using: &generator).unwrapped()
      Self.perform(step, &authentication)
      standing = standing.after(step)
      #expect(authentication.principal?.description == (standing == .proved ? "User:alice" : nil))
      for key in Int16(0)...100 {
        let isAdmitted =
          switch standing {
          case .proved: true
          case .failed: false
          case .nothing, .chosen: [17, 18, 36].contains(key)
          }
        #expect(authentication.admits(key) == isAdmitted)
      }
    }
  }

  @Test func `where nobody has to prove anything all is answered, and the handshake out of place`()
  {
    var authentication = Authentication(nil)
    #expect(authentication.principal?.description == "User:ANONYMOUS")
    let (handshake, handshakeRefusal) = authentication.choose("PLAIN", hasBareTokens: false)
    let (answer, refusal) = authentication.take(ByteSlice())
    #expect(handshake.errorCode == .illegalSASLState)
    #expect(answer.errorCode == .illegalSASLState)
    #expect(handshakeRefusal == nil && refusal == nil)
    #expect(authentication.admits(0))
  }

  @Test func `a mechanism that is not offered is told the ones that are`() throws {
    var authentication = Authentication(try Self.offer())
    let (response, refusal) = authentication.choose("GSSAPI", hasBareTokens: false)
    #expect(response.errorCode == .unsupportedSASLMechanism)
    #expect(response.mechanisms == ["PLAIN"])
    #expect(refusal != nil)
  }
}
