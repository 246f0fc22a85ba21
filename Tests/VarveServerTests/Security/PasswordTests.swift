import Foundation
import Testing
import VarveServer
import VarveTestKit
import VarveSecurity

/// Goal: PLAIN lets in who has the password and nobody else. Method: tables; Foundation's Base64 as
/// the oracle of ours.
@Suite struct PasswordTests {
  private static func outcome(_ message: String, _ passwords: UserPasswords) -> String {
    var exchange = SaslExchange.plain(passwords)
    do throws(SaslRefusal) {
      guard case .proved(let user, _, _) = try exchange.take(Array(message.utf8)) else {
        return "?"
      }
      return user
    } catch { return "refused" }
  }

  @Test(
    "G61: PLAIN takes the right password of a known user",
    arguments: [
      ("\0alice\0secret", "alice"), ("alice\0alice\0secret", "alice"), ("\0bob\0a:b c", "bob"),
      ("\0alice\0Secret", "refused"), ("\0alice\0secret ", "refused"), ("\0alice\0", "refused"),
      ("\0\0secret", "refused"), ("\0nobody\0secret", "refused"), ("\0nobody\0", "refused"),
      ("root\0alice\0secret", "refused"), ("\0alice\0secret\0", "refused"),
      ("alice\0secret", "refused"), ("", "refused"), ("\0\0", "refused"), ("\0#x\0y", "refused"),
    ])
  func plain(message: String, expected: String) throws {
    let passwords = try UserPasswords(lines: "alice:secret\n# nobody\n\r\n#x:y\nbob:a:b c\n")
    #expect(Self.outcome(message, passwords) == expected)
  }

  @Test(arguments: ["alice", ":secret", "alice:", "alice:1\nalice:2"])
  func `a line that gives no user a password is told by its number alone`(text: String) throws {
    let error = #expect(throws: NetworkError.self) {
      try UserPasswords(lines: "# first\n" + text)
    }
    let line = text.contains("\n") ? 3 : 2
    #expect(error?.message.contains("line \(line)") == true)
    #expect(error?.message.contains("secret") == false)
  }

  @Test func `a file that is not there is named`() {
    let error = #expect(throws: NetworkError.self) { try UserPasswords(file: "/nowhere/users") }
    #expect(error?.code == .security)
    #expect(error?.message.contains("/nowhere/users") == true)
  }

  @Test func `Base64 is what Foundation makes of it`() {
    var generator = SeededGenerator(seed: 61)
    for count in 0..<200 {
      let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
      let text = Data(bytes).base64EncodedString()
      #expect(Base64.encode(bytes) == text)
      #expect(Base64.decode(text.utf8) == bytes)
    }
  }

  @Test(arguments: [
    "A", "AA", "AAA", "A===", "====", "AA=A", "AB==", "AAB=", "AA==AA==", "A A=", "AA-_", "AAA\n",
  ])
  func `what is not canonical Base64 is nothing`(text: String) {
    #expect(Base64.decode(text.utf8) == nil)
  }
}
