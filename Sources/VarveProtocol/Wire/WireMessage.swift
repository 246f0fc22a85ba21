package import VarveBase

/// A whole message: a request, a response, or the key or value of a record in a log.
///
/// `read`, `write` and `measure` are the field list applied to one coder each. They are
/// requirements so that every message has a compiled, specialised one in this module; callers
/// elsewhere reach them through ``init(decoding:version:)`` and ``encoded(version:)``, one
/// dynamic call per message.
package protocol WireMessage: WireStruct, Sendable {
  static var api: API { get }
  mutating func read(from wire: inout WireReader)
  mutating func write(to wire: inout WireWriter)
  mutating func measure(with wire: inout WireSizer)
}

extension WireMessage {
  package mutating func read(from wire: inout WireReader) { wire.structure(&self) }
  package mutating func write(to wire: inout WireWriter) { wire.structure(&self) }
  package mutating func measure(with wire: inout WireSizer) { wire.structure(&self) }

  /// The name in Kafka's documentation and in errors.
  package static var name: String { "\(Self.self)" }

  static func isFlexible(_ version: Int16) -> Bool { version >= api.flexibleSince }

  /// Decodes the message that `bytes` are; `bytes` fields are copied.
  package init(decoding bytes: RawSpan, version: Int16) throws(WireError) {
    var reader = WireReader(bytes, version: version, isFlexible: Self.isFlexible(version))
    try self.init(decodingFrom: &reader)
  }

  /// Decodes the message that `slice` is; `bytes` fields are parts of it.
  package init(decoding slice: ByteSlice, version: Int16) throws(WireError) {
    var reader = WireReader(slice: slice, version: version, isFlexible: Self.isFlexible(version))
    try self.init(decodingFrom: &reader)
  }

  /// Decodes the message that `slice` begins with; what follows is of a later version, say.
  package init(decodingPrefixOf slice: ByteSlice, version: Int16) throws(WireError) {
    var reader = WireReader(slice: slice, version: version, isFlexible: Self.isFlexible(version))
    try self.init(decodingFrom: &reader, allowsTrailing: true)
  }

  private init(
    decodingFrom reader: inout WireReader, allowsTrailing: Bool = false
  ) throws(WireError) {
    self.init()
    if Self.api.versions.contains(reader.version) {
      read(from: &reader)
      if reader.remaining > 0, !allowsTrailing { reader.poison(.trailing) }
    } else {
      reader.poison(.version)
    }
    if let fault = reader.fault {
      throw WireError(message: Self.name, version: reader.version, fault: fault)
    }
  }

  /// The bytes of the message in a version, which must be one of its `api`'s.
  ///
  /// Fields that the version does not have are left out.
  package consuming func encoded(version: Int16) -> ByteSlice {
    precondition(Self.api.versions.contains(version), "\(Self.name) has no version \(version)")
    let isFlexible = Self.isFlexible(version)
    var sizer = WireSizer(version: version, isFlexible: isFlexible)
    measure(with: &sizer)
    var writer = WireWriter(
      byteCount: sizer.byteCount, version: version, isFlexible: isFlexible)
    write(to: &writer)
    return writer.finish()
  }
}
