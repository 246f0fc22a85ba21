internal import Varve

/// What a store of responses holds for a key.
struct StoredResponse: Sendable, Equatable {
  enum Content: Sendable, Equatable {
    /// Somebody is making the response.
    case claim
    case response(ByteSlice)
  }

  let content: Content
  /// When it is over: the claim, or the time that the response is remembered.
  let expiry: Timestamp

  /// A letter, the time in milliseconds as text, a line feed, and the response.
  static let coding = ValueCoding<StoredResponse>(encode: { $0.bytes }, decode: { try Self($0) })

  init(_ content: Content, until expiry: Timestamp) {
    self.content = content
    self.expiry = expiry
  }

  private var bytes: ByteSlice {
    switch content {
    case .claim: ByteSlice("c\(expiry)\n".utf8)
    case .response(let bytes): ByteSlice(Array("r\(expiry)\n".utf8) + bytes)
    }
  }

  private init(_ bytes: ByteSlice) throws(Unreadable) {
    guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")), end > 0,
      let milliseconds = Int64(bytes.slice(1..<end).description)
    else { throw Unreadable() }
    expiry = Timestamp(milliseconds)
    switch bytes[0] {
    case UInt8(ascii: "c"): content = .claim
    case UInt8(ascii: "r"): content = .response(bytes.slice(end + 1..<bytes.count))
    default: throw Unreadable()
    }
  }

  private struct Unreadable: Error, CustomStringConvertible {
    var description: String { "it is no stored response" }
  }
}
