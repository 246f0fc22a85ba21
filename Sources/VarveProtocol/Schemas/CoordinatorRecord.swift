package import VarveBase

/// A record of a coordinator's internal topic.
package protocol CoordinatorRecord: Equatable, Sendable {
  /// Nil for a type that a later Kafka wrote and we do not know. Throws where a known one does not
  /// decode.
  init?(key: RawSpan, value: RawSpan?) throws(WireError)

  /// The key and value as they are stored; no value is a tombstone.
  var encoded: (key: ByteSlice, value: ByteSlice?) { get }
}

/// The frame of a coordinator's record: a number of 2 bytes before the key, its type, and another
/// before the value, its version.
struct RecordFrame: ~Escapable {
  let type: Int16
  private let keyBytes: RawSpan
  private let valueVersion: Int16
  private let valueBytes: RawSpan
  private let hasValue: Bool

  @_lifetime(copy key, copy value)
  init(key: RawSpan, value: RawSpan?, of name: String) throws(WireError) {
    let number = MemoryLayout<Int16>.size
    guard key.byteCount >= number else { throw Self.short(name, key.byteCount) }
    type = key.bigEndian(at: 0)
    keyBytes = key.extracting(number...)
    if let value {
      guard value.byteCount >= number else { throw Self.short(name, value.byteCount) }
      valueVersion = value.bigEndian(at: 0)
      valueBytes = value.extracting(number...)
      hasValue = true
    } else {
      valueVersion = 0
      valueBytes = key
      hasValue = false
    }
  }

  private static func short(_ name: String, _ byteCount: Int) -> WireError {
    WireError(message: name, version: 0, fault: WireFault(kind: .frame, position: byteCount))
  }

  func key<Key: WireMessage>() throws(WireError) -> Key {
    try Key(decoding: keyBytes, version: 0)
  }

  func value<Value: WireMessage>() throws(WireError) -> Value? {
    guard hasValue else { return nil }
    return try Value(decoding: valueBytes, version: valueVersion)
  }

  static func encode<Key: WireMessage, Value: WireMessage>(
    _ key: Key, _ value: Value?, version: Int16
  ) -> (key: ByteSlice, value: ByteSlice?) {
    (
      framed(key, number: Key.api.key, version: 0),
      value.map { framed($0, number: version, version: version) }
    )
  }

  private static func framed<Message: WireMessage>(
    _ message: Message, number: Int16, version: Int16
  ) -> ByteSlice {
    var message = message
    let isFlexible = Message.isFlexible(version)
    var sizer = WireSizer(version: version, isFlexible: isFlexible)
    message.measure(with: &sizer)
    var writer = WireWriter(
      byteCount: sizer.byteCount + 2, version: version, isFlexible: isFlexible)
    var number = number
    writer.integer(&number)
    message.write(to: &writer)
    return writer.finish()
  }
}
