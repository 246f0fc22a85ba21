package import VarveBase

/// Counts the bytes that ``WireWriter`` will write.
package struct WireSizer: WireCoder {
  package let version: Int16
  package let isFlexible: Bool
  package var isTagSectionCoded = false
  package private(set) var byteCount = 0
  /// Those of them that are records, without their lengths.
  package private(set) var recordsByteCount = 0
  /// The error codes of the message but for NONE.
  package private(set) var errors: [ErrorCode] = []
  /// The tagged fields counted in the section being measured.
  private var tagCount: UInt32 = 0

  /// Whether strings that are too long are cut rather than a mistake of ours.
  private let cutsStrings: Bool

  /// `cutsStrings` is for responses. Every string that was read is short enough, but a message
  /// about an error that quotes one may not be, and a client must not bring us down with it.
  package init(version: Int16, isFlexible: Bool, cutsStrings: Bool = false) {
    self.version = version
    self.isFlexible = isFlexible
    self.cutsStrings = cutsStrings
  }

  private mutating func length(_ count: Int, classic: WireLength) {
    byteCount +=
      isFlexible ? Self.byteCount(ofVarint: UInt32(count + 1)) : classic == .int16 ? 2 : 4
  }

  /// The bytes of an unsigned number in groups of seven bits.
  static func byteCount(ofVarint value: UInt32) -> Int {
    (38 - (value | 1).leadingZeroBitCount) / 7
  }
}

extension WireSizer {
  package mutating func boolean(_ value: inout Bool) { byteCount += 1 }

  @inline(__always)
  package mutating func note(_ error: ErrorCode) {
    if error != .none { errors.append(error) }
  }

  @inline(__always)
  package mutating func integer<Integer: FixedWidthInteger & BitwiseCopyable>(
    _ value: inout Integer
  ) {
    byteCount += MemoryLayout<Integer>.size
  }

  package mutating func double(_ value: inout Double) { byteCount += 8 }

  package mutating func uuid(_ value: inout TopicID) { byteCount += 16 }

  package mutating func string(_ value: inout String) {
    if value.utf8.count > Limits.stringBytesMax { cut(&value) }
    length(value.utf8.count, classic: .int16)
    byteCount += value.utf8.count
  }

  package mutating func string(_ value: inout String?) {
    if value == nil {
      length(-1, classic: .int16)
    } else {
      string(&value!)
    }
  }

  private func cut(_ text: inout String) {
    precondition(cutsStrings, "a string of \(text.utf8.count) bytes is too long for Kafka")
    // A character that is cut through becomes U+FFFD, of three bytes.
    text = String(decoding: text.utf8.prefix(Limits.stringBytesMax - 3), as: UTF8.self)
  }

  package mutating func bytes(_ value: inout ByteSlice) {
    length(value.count, classic: .int32)
    byteCount += value.count
  }

  package mutating func bytes(_ value: inout ByteSlice?) {
    length(value?.count ?? -1, classic: .int32)
    byteCount += value?.count ?? 0
  }

  package mutating func records(_ value: inout ByteSlice) {
    bytes(&value)
    recordsByteCount += value.count
  }

  package mutating func records(_ value: inout ByteSlice?) {
    bytes(&value)
    recordsByteCount += value?.count ?? 0
  }

  @inline(__always)
  package mutating func array<Element: WireValue>(_ elements: inout [Element]) {
    length(elements.count, classic: .int32)
    for index in elements.indices { elements[index].coded(by: &self) }
  }

  @inline(__always)
  package mutating func array<Element: WireValue>(_ elements: inout [Element]?) {
    if elements == nil {
      length(-1, classic: .int32)
    } else {
      // In place: taking the array out would copy it.
      array(&elements!)
    }
  }

  @inline(__always)
  package mutating func structure<Struct: WireStruct>(_ value: inout Struct) {
    fields(of: &value)
  }

  @inline(__always)
  package mutating func structure<Struct: WireStruct>(_ value: inout Struct?) {
    byteCount += 1
    if value != nil { fields(of: &value!) }
  }

  package mutating func tags(_ body: (inout WireSizer) -> Void) {
    if isFlexible {
      let outerCount = tagCount
      tagCount = 0
      body(&self)
      byteCount += Self.byteCount(ofVarint: tagCount)
      tagCount = outerCount
    }
    isTagSectionCoded = true
  }

  @inline(__always)
  package mutating func tagged<Value: WireValue & Equatable>(
    _ value: inout Value, tag: UInt32, unless standard: Value
  ) {
    guard value != standard else { return }
    tagCount += 1
    let start = byteCount
    value.coded(by: &self)
    let size = UInt32(byteCount - start)
    byteCount += Self.byteCount(ofVarint: tag) + Self.byteCount(ofVarint: size)
  }
}
