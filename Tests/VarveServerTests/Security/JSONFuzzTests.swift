import Foundation
import Testing
import VarveServer
import VarveTestKit

/// Goal: what is no JSON is not read, or as something else. Method: Foundation's reader as the
/// oracle.
@Suite struct JSONFuzzTests {
  @Test("G27: of damaged JSON all that is read is JSON", arguments: TestShare.seeds(1, long: 200))
  func damaged(seed: UInt64) {
    let sample = Array(
      #"{"keys":[{"kty":"RSA","n":"AQAB","e":[1.5e3,-0,null,true,"\u00e9\n"]},{}],"x":{"y":""}}"#
        .utf8)
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<TestShare.count(12_000, long: 50_000) {
      var bytes = sample
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        let index = Int.random(in: 0..<bytes.count, using: &generator)
        switch Int.random(in: 0..<3, using: &generator) {
        case 0: bytes[index] = UInt8.random(in: 0x20...0x7F, using: &generator)
        case 1: bytes.remove(at: index)
        default: bytes.insert(sample.randomElement(using: &generator) ?? 0, at: index)
        }
      }
      guard let value = try? JSONReader.value(of: bytes) else { continue }
      let other = try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
      #expect(
        other.map { Self.agrees(value, $0) } == true, "\(String(decoding: bytes, as: UTF8.self))")
    }
  }

  private static func agrees(_ value: JSONValue, _ other: Any) -> Bool {
    switch value {
    case .null: other is NSNull
    case .boolean(let value): (other as? Bool) == value
    case .number(let value): (other as? NSNumber)?.doubleValue == value
    case .text(let value): (other as? String) == value
    case .array(let values):
      (other as? [Any]).map { $0.count == values.count && zip(values, $0).allSatisfy(agrees) }
        ?? false
    case .object(let members):
      (other as? [String: Any]).map { other in
        other.count == members.count
          && members.allSatisfy { name, value in other[name].map { agrees(value, $0) } ?? false }
      } ?? false
    }
  }
}
