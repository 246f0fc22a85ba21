package import VarveBase

/// One pass over a message's fields: reading, writing, measuring, describing.
///
/// A message lists its fields once, in wire order, generic over the coder
/// (``WireStruct/code(with:)``); what happens to each is the coder's affair. The list calls the
/// `code` functions of the extension below and ``tags(_:)``; the other requirements are what
/// ``WireValue``s are made of.
///
/// Readers and writers always inline arrays, structs and tagged fields. Without it the optimizer
/// takes an array in an array in an array for a generic function without end, and leaves it to the
/// run time: a produce response took three times as long.
///
/// The optional forms are for fields that may be null. A coder that meets null where the message
/// cannot say it fails (``WireReader``) or does not compile, since the field is not an optional.
package protocol WireCoder: ~Escapable {
  /// The version of the message being coded.
  var version: Int16 { get }
  /// Whether this version has compact lengths and tagged fields (KIP-482).
  var isFlexible: Bool { get }
  /// Set by ``tags(_:)``, so that a struct which has no tagged field of its own need not call it.
  var isTagSectionCoded: Bool { get set }

  mutating func boolean(_ value: inout Bool)
  /// A big-endian integer.
  mutating func integer<Integer: FixedWidthInteger & BitwiseCopyable>(_ value: inout Integer)
  /// A big-endian IEEE 754 number.
  mutating func double(_ value: inout Double)
  mutating func uuid(_ value: inout TopicID)
  mutating func string(_ value: inout String)
  mutating func string(_ value: inout String?)
  mutating func bytes(_ value: inout ByteSlice)
  mutating func bytes(_ value: inout ByteSlice?)
  /// Told of each error code, which was coded as a number.
  mutating func note(_ error: ErrorCode)
  /// Batches of records, which a writer may leave where they are.
  mutating func records(_ value: inout ByteSlice)
  mutating func records(_ value: inout ByteSlice?)
  mutating func array<Element: WireValue>(_ elements: inout [Element])
  mutating func array<Element: WireValue>(_ elements: inout [Element]?)
  mutating func structure<Struct: WireStruct>(_ value: inout Struct)
  mutating func structure<Struct: WireStruct>(_ value: inout Struct?)

  /// The tagged fields, which `body` codes in the order of their tags; nothing before the first
  /// flexible version. Called at most once, after the other fields; `body` may run any number of
  /// times (a reader runs it once per incoming tag) and does nothing but code tagged fields.
  mutating func tags(_ body: (inout Self) -> Void)
  /// One tagged field, within ``tags(_:)``; not written where it equals `standard`.
  mutating func tagged<Value: WireValue & Equatable>(
    _ value: inout Value, tag: UInt32, unless standard: Value)
}

extension WireCoder where Self: ~Escapable {
  package mutating func records(_ value: inout ByteSlice) { bytes(&value) }

  package mutating func records(_ value: inout ByteSlice?) { bytes(&value) }

  @inline(__always)
  package mutating func note(_ error: ErrorCode) {}

  /// A field of every version.
  @inline(__always)
  package mutating func code<Value: WireValue>(_ value: inout Value) {
    value.coded(by: &self)
  }

  /// A field of `first` and the versions after it; earlier it keeps its default.
  @inline(__always)
  package mutating func code<Value: WireValue>(_ value: inout Value, since first: Int16) {
    if version >= first { value.coded(by: &self) }
  }

  /// A field of some versions; in others it keeps its default.
  @inline(__always)
  package mutating func code<Value: WireValue>(
    _ value: inout Value, in versions: ClosedRange<Int16>
  ) {
    if versions.contains(version) { value.coded(by: &self) }
  }

  /// A field that may be null from version `nullable` on. Before, null is written as empty: older
  /// versions have no other word for it.
  @inline(__always)
  package mutating func code<Value: WireNullable>(
    _ value: inout Value?, nullableSince nullable: Int16, since first: Int16 = 0
  ) {
    guard version >= first else { return }
    if version >= nullable {
      Value.codedOrNull(&value, by: &self)
    } else {
      var present = value.take() ?? Value()
      present.coded(by: &self)
      value = present
    }
  }

  /// A field of some versions, which may be null from version `nullable` on.
  @inline(__always)
  package mutating func code<Value: WireNullable>(
    _ value: inout Value?, nullableSince nullable: Int16, in versions: ClosedRange<Int16>
  ) {
    if versions.contains(version) { code(&value, nullableSince: nullable) }
  }

  /// A tagged field, within ``tags(_:)``; not written where it equals `standard`.
  @inline(__always)
  package mutating func code<Value: WireValue & Equatable>(
    _ value: inout Value, tag: UInt32, unless standard: Value, since first: Int16 = 0
  ) {
    if version >= first { tagged(&value, tag: tag, unless: standard) }
  }

  /// A struct's fields and, where its own list has no tagged ones, the empty section of tags that
  /// flexible versions put at its end.
  @inline(__always)
  mutating func fields<Struct: WireStruct>(of value: inout Struct) {
    isTagSectionCoded = false
    value.code(with: &self)
    if !isTagSectionCoded { tags { _ in } }
    // The struct around this one has yet to code its own.
    isTagSectionCoded = false
  }
}
