import Testing
import VarveBase
import VarveServer
import VarveTestKit

/// What clients say before they are known, with a few changes, a share of what `make fuzz` runs.
/// Whatever comes, nothing traps and nobody else is let in: see the fuzz functions.
@Suite struct SecurityFuzzTests {
  private struct Decoder: CustomTestStringConvertible, Sendable {
    let name: String
    let samples: [[UInt8]]
    let run: @Sendable (RawSpan) -> Void

    init(_ name: String, _ samples: [String], _ run: @escaping @Sendable (RawSpan) -> Void) {
      self.name = name
      self.samples = samples.map { Array($0.utf8) }
      self.run = run
    }

    var testDescription: String { name }
  }

  private static let decoders = [
    Decoder(
      "JSON", [claims, FuzzedUsers.keySet, "[1e3,-0.5,\"\\u00e9\\ud83d\\ude00\"]"], fuzzJSON),
    Decoder("Base64", ["W22ZaJ0SNY7soEsUEjb6gQ==", "e30", "x_FEzRu9m36HLN_tue659A"], fuzzBase64),
    Decoder("keys of tokens", [FuzzedUsers.keySet], fuzzTokenKeys),
    Decoder("OAUTHBEARER", tokens, fuzzOAuth),
    Decoder("claims", [claims], fuzzClaims),
    Decoder("PLAIN", ["\0user\0pencil", "user\0user\0pencil"], fuzzPlain),
    Decoder("SCRAM", [scram, "y,a=us=2Cer,n=us=2Cer,r=fyko\n\(scramFinal)"], fuzzScram),
  ]

  private static let claims =
    #"{"iss":"joe","exp":1300819380,"nbf":1300819000,"aud":["a","b"],"scope":"x","a":{"b":null}}"#

  private static let tokens = [
    "n,,\u{1}auth=Bearer \(TokenTests.rsaToken)\u{1}\u{1}",
    "y,a=joe,\u{1}host=a.b\u{1}auth=bearer \(TokenTests.ecToken)\u{1}\u{1}",
  ]

  private static let scramFirst = "n,,n=user,r=rOprNGfwEbeRWgbNEkqO"
  private static let scramFinal = ScramTests.vectors[0].final
  private static let scram = "\(scramFirst)\n\(scramFinal)"

  @Test("G27: any bytes are refused, or prove who somebody is", arguments: decoders)
  private func anyBytes(decoder: Decoder) {
    for seed in TestShare.seeds(2, long: 200) {
      fuzz(
        decoder.run, samples: decoder.samples,
        inputCount: TestShare.count(300, long: 10_000), seed: seed)
    }
  }

  @Test func `the messages that are changed are good ones`() throws {
    for message in Self.tokens {
      var exchange = OAuthExchange(FuzzedUsers.tokens)
      let answer = try exchange.take(Array(message.utf8))
      #expect(answer == .proved(user: "joe", [], until: FuzzedUsers.tokenEnd))
    }
    #expect(try FuzzedUsers.tokens.proof(ofClaims: Array(Self.claims.utf8)).user == "joe")
    var exchange = FuzzedUsers.scramExchange
    _ = try exchange.take(Array(Self.scramFirst.utf8))
    let signature = ScramTests.vectors[0].signature
    let answer = try exchange.take(Array(Self.scramFinal.utf8))
    #expect(answer == .proved(user: "user", Array("v=\(signature)".utf8)))
  }

  @Test func `G27: any bytes are metrics or none`() {
    let metrics = (0..<6).map { index in
      ("m.\(index)", (0..<index % 3).map { ("k\($0)", "v\($0)") }, Double(index) * 1e9)
    }
    let samples = [Array(PushedMetricsTests.data(metrics))]
    for seed in TestShare.seeds(2, long: 200) {
      fuzz(
        fuzzPushedMetrics, samples: samples, inputCount: TestShare.count(1_000, long: 50_000),
        seed: seed)
    }
  }
}
