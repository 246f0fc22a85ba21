package import Foundation
import VarveTestKit

/// Keys and signed tokens (JWT) for one run of tests, which the command `openssl` makes and signs:
/// an RSA key `rsa`, a P-256 key `ec`, and `stranger`, an RSA key that `keySet` does not have.
package struct TestTokens: Sendable {
  private let directory: TemporaryDirectory
  /// A JWK Set with the keys `rsa` and `ec` under these ids.
  package let keySet: String

  /// Made once, for all tests of a process.
  package static var shared: TestTokens {
    get async throws { try await made.value }
  }

  private static let made = Task { try await TestTokens() }

  private init() async throws {
    directory = try TemporaryDirectory()
    try await Self.run(
      """
      for name in rsa stranger; do
        openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out $name.pem 2>/dev/null
      done
      openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out ec.pem
      openssl rsa -in rsa.pem -noout -modulus | tr -d '\\n' | sed 's/Modulus=//' >rsa.modulus
      openssl pkey -in rsa.pem -pubout -out rsa.public
      openssl pkey -in ec.pem -pubout -outform DER | tail -c 64 >ec.point
      """, in: directory.path)
    let hex = try String(contentsOfFile: directory.path + "/rsa.modulus", encoding: .utf8)
    let digits = Array(hex)
    let modulus = stride(from: 0, to: digits.count, by: 2).compactMap {
      UInt8(String(digits[$0...$0 + 1]), radix: 16)
    }
    let point = try Data(contentsOf: URL(filePath: directory.path + "/ec.point"))
    keySet = """
      {"keys": [
        {"kty": "RSA", "kid": "rsa", "use": "sig", "n": "\(Self.text(Data(modulus)))", "e": "AQAB"},
        {"kty": "EC", "kid": "ec", "crv": "P-256", "x": "\(Self.text(point.prefix(32)))",
         "y": "\(Self.text(point.suffix(32)))"}
      ]}
      """
  }

  package struct Failure: Error { let script: String }

  /// The file with a private key, or with a public one, `rsa.public` say.
  package func path(_ name: String) -> String { "\(directory.path)/\(name)" }

  /// The file with a private key.
  package func key(_ name: String) -> String { path("\(name).pem") }

  /// A token with this header and these claims, signed with SHA-256 by one of the keys.
  package func token(
    _ claims: String, header: String? = nil, key: String = "rsa"
  ) async throws -> String {
    let name = key == "ec" ? "ES256" : "RS256"
    let head = header ?? #"{"alg":"\#(name)","kid":"\#(key)"}"#
    let message = "\(Self.text(Data(head.utf8))).\(Self.text(Data(claims.utf8)))"
    let files = try TemporaryDirectory()
    try Data(message.utf8).write(to: URL(filePath: files.path + "/message"))
    try await Self.run(
      "openssl dgst -sha256 -sign \(self.key(key)) -out signature message", in: files.path)
    let signature = try Data(contentsOf: URL(filePath: files.path + "/signature"))
    return "\(message).\(Self.text(key == "ec" ? Self.halves(of: signature) : signature))"
  }

  /// Base64 as tokens have it.
  package static func text(_ data: Data) -> String {
    data.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
      .replacing("=", with: "")
  }

  /// The two numbers of an ECDSA signature, which DER writes as a sequence of integers.
  private static func halves(of signature: Data) -> Data {
    var rest = signature.dropFirst(2)
    var result = Data()
    for _ in 0..<2 {
      let count = Int(rest[rest.startIndex + 1])
      let digits = rest.dropFirst(2).prefix(count).drop { $0 == 0 }
      result += Data(repeating: 0, count: 32 - digits.count) + digits
      rest = rest.dropFirst(2 + count)
    }
    return result
  }

  private static func run(_ script: String, in directory: String) async throws {
    let process = try ChildProcess(
      "/bin/bash", ["-euc", script], directory: directory,
      environment: ["PATH": "/usr/bin:/bin"])
    guard try await onThread({ process.wait() }) == 0 else { throw Failure(script: script) }
  }
}
