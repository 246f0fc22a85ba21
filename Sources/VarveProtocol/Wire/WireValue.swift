package import VarveBase

/// What a field can be: a number, a string, bytes, an array, a struct.
package protocol WireValue {
  /// The value of a field that a version does not have, unless its message says another.
  init()
  mutating func coded<Coder: WireCoder & ~Escapable>(by wire: inout Coder)
}

/// A value that can be null in a field declared as its optional.
package protocol WireNullable: WireValue {
  static func codedOrNull<Coder: WireCoder & ~Escapable>(
    _ value: inout Self?, by wire: inout Coder)
}

/// A group of fields.
package protocol WireStruct: WireNullable {
  /// Codes every field, in wire order.
  mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder)
}

extension WireStruct {
  @inline(__always)
  package mutating func coded<Coder: WireCoder & ~Escapable>(by wire: inout Coder) {
    wire.structure(&self)
  }

  @inline(__always)
  package static func codedOrNull<Coder: WireCoder & ~Escapable>(
    _ value: inout Self?, by wire: inout Coder
  ) {
    wire.structure(&value)
  }
}

extension WireValue where Self: FixedWidthInteger & BitwiseCopyable {
  @inline(__always)
  package mutating func coded<Coder: WireCoder & ~Escapable>(by wire: inout Coder) {
    wire.integer(&self)
  }
}

extension Int8: WireValue {}
extension Int16: WireValue {}
extension UInt16: WireValue {}
extension Int32: WireValue {}
extension UInt32: WireValue {}
extension Int64: WireValue {}

extension Bool: WireValue {
  @inline(__always)
  package mutating func coded<Coder: WireCoder & ~Escapable>(by wire: inout Coder) {
    wire.boolean(&self)
  }
}

extension Double: WireValue {
  @inline(__always)
  package mutating func coded<Coder: WireCoder & ~Escapable>(by wire: inout Coder) {
    wire.double(&self)
  }
}

extension TopicID: WireValue {
  package init() { self = .zero }

  @inline(__always)
  package mutating func coded<Coder: WireCoder & ~Escapable>(by wire: inout Coder) {
    wire.uuid(&self)
  }
}

/// A number that Kafka may have added since is an unknown error.
extension ErrorCode: WireValue {
  package init() { self = .none }

  @inline(__always)
  package mutating func coded<Coder: WireCoder & ~Escapable>(by wire: inout Coder) {
    var number = rawValue
    wire.integer(&number)
    self = ErrorCode(rawValue: number) ?? .unknownServerError
    wire.note(self)
  }
}

extension Offset: WireValue {
  package init() { self = 0 }

  @inline(__always)
  package mutating func coded<Coder: WireCoder & ~Escapable>(by wire: inout Coder) {
    wire.integer(&rawValue)
  }
}

extension Timestamp: WireValue {
  package init() { self = 0 }

  @inline(__always)
  package mutating func coded<Coder: WireCoder & ~Escapable>(by wire: inout Coder) {
    wire.integer(&rawValue)
  }
}

extension String: WireNullable {
  @inline(__always)
  package mutating func coded<Coder: WireCoder & ~Escapable>(by wire: inout Coder) {
    wire.string(&self)
  }

  @inline(__always)
  package static func codedOrNull<Coder: WireCoder & ~Escapable>(
    _ value: inout String?, by wire: inout Coder
  ) {
    wire.string(&value)
  }
}

/// The type `bytes`. Records are ``WireCoder/records(_:)``.
extension ByteSlice: WireNullable {
  @inline(__always)
  package mutating func coded<Coder: WireCoder & ~Escapable>(by wire: inout Coder) {
    wire.bytes(&self)
  }

  @inline(__always)
  package static func codedOrNull<Coder: WireCoder & ~Escapable>(
    _ value: inout ByteSlice?, by wire: inout Coder
  ) {
    wire.bytes(&value)
  }
}

extension Array: WireValue where Element: WireValue {
  @inline(__always)
  package mutating func coded<Coder: WireCoder & ~Escapable>(by wire: inout Coder) {
    wire.array(&self)
  }
}

extension Array: WireNullable where Element: WireValue {
  @inline(__always)
  package static func codedOrNull<Coder: WireCoder & ~Escapable>(
    _ value: inout [Element]?, by wire: inout Coder
  ) {
    wire.array(&value)
  }
}

/// A field that may be null in every version that has it.
extension Optional: WireValue where Wrapped: WireNullable {
  package init() { self = nil }

  @inline(__always)
  package mutating func coded<Coder: WireCoder & ~Escapable>(by wire: inout Coder) {
    Wrapped.codedOrNull(&self, by: &wire)
  }
}
