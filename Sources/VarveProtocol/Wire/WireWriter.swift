package import VarveBase

/// Writes a message into memory of exactly its size, which a ``WireSizer`` found before.
///
/// A message that writes more than it measured is a mistake of ours and traps.
@safe
package struct WireWriter: WireCoder {
  package let version: Int16
  package let isFlexible: Bool
  package var isTagSectionCoded = false
  /// The bytes written so far.
  package private(set) var position = 0

  /// The records that are not copied, each with the position that it belongs to.
  private var splices: [(position: Int, records: ByteSlice)] = []
  private let gathersRecords: Bool
  private let storage: ByteStorage
  private let base: UnsafeMutableRawPointer
  private var tagPass = TagPass.writing
  private var tagCount: UInt32 = 0

  /// The section of tags starts with their number, so that they are passed over twice.
  private enum TagPass { case counting, writing }

  /// `byteCount` is what a ``WireSizer`` counted; without its `recordsByteCount` where records are
  /// to be gathered, for ``finishGathered()``.
  package init(byteCount: Int, version: Int16, isFlexible: Bool, gathersRecords: Bool = false) {
    self.version = version
    self.isFlexible = isFlexible
    self.gathersRecords = gathersRecords
    storage = ByteStorage(count: byteCount)
    unsafe base = storage.base
  }

  /// What was written. The writer is done with.
  package consuming func finish() -> ByteSlice {
    precondition(position == storage.count, "the message is shorter than it was measured")
    return unsafe ByteSlice(
      unsafeBase: UnsafeRawPointer(base), count: position, owner: storage)
  }

  /// What was written, in parts to be sent one after the other: the writer's own bytes, cut where
  /// records belong, and the records. The writer is done with.
  package consuming func finishGathered() -> [ByteSlice] {
    let splices = splices
    let written = finish()
    var parts: [ByteSlice] = []
    parts.reserveCapacity(2 * splices.count + 1)
    var start = 0
    for splice in splices {
      parts.append(written.slice(start..<splice.position))
      parts.append(splice.records)
      start = splice.position
    }
    if start < written.count { parts.append(written.slice(start..<written.count)) }
    return parts
  }

  /// The memory of the next `count` bytes, which the caller fills.
  @inline(__always)
  private mutating func advance(_ count: Int) -> UnsafeMutableRawPointer {
    precondition(count <= storage.count - position, "the message is longer than it was measured")
    defer { position += count }
    return unsafe base + position
  }

  package mutating func unsignedVarint(_ value: UInt32) {
    var rest = value
    while rest >= 0x80 {
      unsafe advance(1).storeBytes(of: UInt8(truncatingIfNeeded: rest) | 0x80, as: UInt8.self)
      rest >>= 7
    }
    unsafe advance(1).storeBytes(of: UInt8(rest), as: UInt8.self)
  }

  /// A length; -1 for null.
  private mutating func length(_ count: Int, classic: WireLength) {
    if isFlexible {
      unsignedVarint(UInt32(count + 1))
    } else if classic == .int16 {
      var short = Int16(count)
      integer(&short)
    } else {
      var long = Int32(count)
      integer(&long)
    }
  }
}

// MARK: - Values

extension WireWriter {
  package mutating func boolean(_ value: inout Bool) {
    var byte: Int8 = value ? 1 : 0
    integer(&byte)
  }

  @inline(__always)
  package mutating func integer<Integer: FixedWidthInteger & BitwiseCopyable>(
    _ value: inout Integer
  ) {
    let place = unsafe advance(MemoryLayout<Integer>.size)
    unsafe place.storeBytes(of: value.bigEndian, as: Integer.self)
  }

  package mutating func double(_ value: inout Double) {
    var bits = value.bitPattern
    integer(&bits)
  }

  package mutating func uuid(_ value: inout TopicID) {
    var high = UInt64(truncatingIfNeeded: value.rawValue >> 64)
    var low = UInt64(truncatingIfNeeded: value.rawValue)
    integer(&high)
    integer(&low)
  }

  package mutating func string(_ value: inout String) {
    let count = value.utf8.count
    length(count, classic: .int16)
    let place = unsafe advance(count)
    value.withUTF8 { utf8 in
      guard let source = utf8.baseAddress else { return }
      unsafe place.copyMemory(from: source, byteCount: utf8.count)
    }
  }

  package mutating func string(_ value: inout String?) {
    if value == nil {
      length(-1, classic: .int16)
    } else {
      string(&value!)
    }
  }

  package mutating func bytes(_ value: inout ByteSlice) {
    length(value.count, classic: .int32)
    append(value)
  }

  /// Copies bytes that are coded already.
  package mutating func append(_ bytes: ByteSlice) {
    let place = unsafe advance(bytes.count)
    unsafe bytes.withUnsafeBytes { source in
      guard let start = source.baseAddress else { return }
      unsafe place.copyMemory(from: start, byteCount: source.count)
    }
  }

  package mutating func records(_ value: inout ByteSlice) {
    guard gathersRecords, !value.isEmpty else { return bytes(&value) }
    length(value.count, classic: .int32)
    splices.append((position, value))
  }

  package mutating func records(_ value: inout ByteSlice?) {
    if value == nil {
      length(-1, classic: .int32)
    } else {
      records(&value!)
    }
  }

  package mutating func bytes(_ value: inout ByteSlice?) {
    if value == nil {
      length(-1, classic: .int32)
    } else {
      bytes(&value!)
    }
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
    var presence: Int8 = value == nil ? -1 : 1
    integer(&presence)
    if value != nil { fields(of: &value!) }
  }
}

// MARK: - Tagged fields

extension WireWriter {
  package mutating func tags(_ body: (inout WireWriter) -> Void) {
    if isFlexible {
      let (outerPass, outerCount) = (tagPass, tagCount)
      (tagPass, tagCount) = (.counting, 0)
      body(&self)
      unsignedVarint(tagCount)
      tagPass = .writing
      if tagCount > 0 { body(&self) }
      (tagPass, tagCount) = (outerPass, outerCount)
    }
    isTagSectionCoded = true
  }

  @inline(__always)
  package mutating func tagged<Value: WireValue & Equatable>(
    _ value: inout Value, tag: UInt32, unless standard: Value
  ) {
    guard value != standard else { return }
    guard tagPass == .writing else {
      tagCount += 1
      return
    }
    var sizer = WireSizer(version: version, isFlexible: isFlexible)
    value.coded(by: &sizer)
    unsignedVarint(tag)
    unsignedVarint(UInt32(sizer.byteCount))
    value.coded(by: &self)
  }
}
