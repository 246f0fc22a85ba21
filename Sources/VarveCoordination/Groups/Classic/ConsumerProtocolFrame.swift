package import VarveBase
package import VarveProtocol

/// What consumers of classic groups put into joins and syncs: a version of 2 bytes, and a message
/// of that version. As Kafka does it, newer versions are read as the newest that is known, and what
/// follows the fields that are known is passed over.
package enum ConsumerProtocolFrame {
  /// The protocol type of groups of consumers.
  package static let protocolType = "consumer"

  package static func subscription(
    _ bytes: ByteSlice
  ) throws(WireError) -> ConsumerProtocolSubscription {
    try decode(bytes)
  }

  package static func assignment(
    _ bytes: ByteSlice
  ) throws(WireError) -> ConsumerProtocolAssignment {
    try decode(bytes)
  }

  package static func encode(_ message: some WireMessage, version: Int16) -> ByteSlice {
    let number = [UInt8(truncatingIfNeeded: version >> 8), UInt8(truncatingIfNeeded: version)]
    return ByteSlice(number + Array(message.encoded(version: version)))
  }

  /// The version that a consumer speaks in its subscription, as far as it is known here.
  static func version(of subscription: ByteSlice?) -> Int16 {
    let newest = ConsumerProtocolAssignment.api.versions
    guard let bytes = subscription, bytes.count >= 2 else { return newest.lowerBound }
    let version = Int16(bitPattern: UInt16(bytes[0]) << 8 | UInt16(bytes[1]))
    return min(max(version, newest.lowerBound), newest.upperBound)
  }

  private static func decode<Message: WireMessage>(_ bytes: ByteSlice) throws(WireError) -> Message
  {
    guard bytes.count >= 2 else {
      let fault = WireFault(kind: .frame, position: bytes.count)
      throw WireError(message: Message.name, version: 0, fault: fault)
    }
    let version = Int16(bitPattern: UInt16(bytes[0]) << 8 | UInt16(bytes[1]))
    return try Message(
      decodingPrefixOf: bytes.slice(2..<bytes.count),
      version: min(version, Message.api.versions.upperBound))
  }
}
