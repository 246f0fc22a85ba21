import Foundation
import Synchronization
import Testing
import VarveBase
import VarveSecurity
import VarveServer
import VarveTestKit
import VarveTestSupport

/// Goal: keys that can be used are used, those that cannot are passed over, and a file of keys may
/// change while it is used. Method: tables, and a clock that moves when the test says so.
@Suite struct TokenKeyTests {
  private static let point =
    #""x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","#
    + #""y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0""#
  private static let key = #""kty":"EC","crv":"P-256",\#(point)"#
  /// A key of 2,040 bits.
  private static let weak = TestTokens.text(Data(repeating: 0xFF, count: 255))

  private static func set(_ keys: String...) -> [UInt8] {
    Array(#"{"keys":[\#(keys.joined(separator: ","))]}"#.utf8)
  }

  @Test(
    "G61: keys of no use are passed over",
    arguments: [
      #"{"kty":"oct","k":"AAAA"}"#, #"{"kty":"OKP","crv":"Ed25519","x":"AAAA"}"#, "{}",
      #"{"kty":"RSA","n":"\#(weak)","e":"AQAB"}"#, #"{"kty":"RSA","n":"AQAB"}"#,
      #"{"kty":"RSA","e":"AQAB","n":7}"#, #"{"kty":"EC","crv":"secp256k1",\#(point)}"#,
      #"{"kty":"EC","crv":"P-384",\#(point)}"#, #"{"kty":"EC","crv":"RSA",\#(point)}"#,
      #"{"kty":"EC","crv":"P-256","x":"AQAB","y":"AQAB"}"#,
      #"{\#(key.replacing("x_FE", with: "y_FE"))}"#, #"{\#(key),"use":"enc"}"#,
      #"{\#(key),"key_ops":["sign"]}"#, #"{\#(key),"kid":7}"#, #"{\#(key),"alg":null}"#, "7",
    ])
  func useless(other: String) throws {
    #expect(throws: NetworkError.self) { try TokenKeySet(Self.set(other)) }
    let keys = try TokenKeySet(Self.set(other, #"{\#(Self.key),"kid":"a"}"#))
    #expect(keys.count == 1)
    #expect(keys.key(named: "a", for: .es256) != nil)
  }

  @Test func `a key is found by its name, its type and its algorithm`() throws {
    let keys = try TokenKeySet(
      Self.set(
        #"{\#(Self.key),"kid":"a","alg":"ES256","use":"sig","key_ops":["verify"]}"#,
        #"{\#(Self.key),"kid":"b","alg":"ES384"}"#, #"{\#(Self.key),"kid":"c"}"#))
    #expect(keys.key(named: "a", for: .es256) != nil)
    #expect(keys.key(named: "b", for: .es256) == nil)
    #expect(keys.key(named: "c", for: .es256) != nil)
    #expect(keys.key(named: "c", for: .es384) == nil)
    #expect(keys.key(named: "c", for: .rs256) == nil)
    #expect(keys.key(named: nil, for: .es256) == nil, "there are two")
  }

  @Test(arguments: [
    "", "{}", "[]", #"{"keys":{}}"#, #"{"keys":[]}"#, #"{"keys":[{\#(key)}]"#,
    #"{"keys":[{\#(key),"kid":"a"},{\#(key),"kid":"a"}]}"#,
  ])
  func `what is no set of keys is refused, and says so`(text: String) {
    let error = #expect(throws: NetworkError.self) { try TokenKeySet(Array(text.utf8)) }
    #expect(error?.code == .security)
  }

  @Test("G61: a file of keys that changes is read again, and one that is broken changes nothing")
  func reload() throws {
    let directory = try TemporaryDirectory()
    let path = directory.path + "/keys"
    func write(_ keys: [UInt8]) throws { try Data(keys).write(to: URL(filePath: path)) }
    let said = Mutex<[String]>([])
    let time = ManualTime()
    try write(Self.set(#"{\#(Self.key),"kid":"a"}"#))
    let file = try TokenKeyFile(
      path, time: time,
      logger: Logger(label: "test") { entry in said.withLock { $0.append(entry.text) } })
    func has(_ id: String) -> Bool { file.current.key(named: id, for: .es256) != nil }
    try write(Self.set(#"{\#(Self.key),"kid":"b"}"#))
    #expect(has("a") && !has("b"), "no second has passed")
    time.advance(byMilliseconds: 1_000)
    #expect(!has("a") && has("b"))
    try write(Array("{".utf8))
    for _ in 0..<3 {
      time.advance(byMilliseconds: 1_000)
      #expect(has("b"))
    }
    try FileManager.default.removeItem(atPath: path)
    time.advance(byMilliseconds: 1_000)
    #expect(has("b"))
    try write(Self.set(#"{\#(Self.key),"kid":"c"}"#))
    time.advance(byMilliseconds: 1_000)
    #expect(has("c") && !has("b"))
    let words = said.withLock { $0 }
    #expect(words.count == 4, "\(words)")
    #expect(words.filter { $0.contains("have changed") }.count == 2)
    #expect(words.filter { $0.contains("stay as they were") }.count == 2)
  }

  @Test func `a file of keys that is not there, or has no end, is named`() {
    for path in ["/nowhere/keys", "/dev/zero"] {
      let error = #expect(throws: NetworkError.self) { try TokenKeyFile(path) }
      #expect(error?.message.contains(path) == true)
    }
  }
}
