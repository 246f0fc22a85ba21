package import VarveBase

/// Reads a message out of bytes that nobody vouches for.
///
/// Reading never throws and never reads outside the bytes. The first thing that does not fit
/// *poisons* the reader: it remembers the ``fault`` and yields zeros from then on. Whoever reads
/// judges the message once, at its end. Lengths and counts are held against the bytes that remain,
/// and arrays against ``Limits/messageArraysBytesMax``, before anything is reserved for them.
@safe
package struct WireReader: WireCoder, ~Escapable {
  package let version: Int16
  package let isFlexible: Bool
  package var isTagSectionCoded = false
  /// What was wrong first; nil while all is well.
  package private(set) var fault: WireFault?
  /// The bytes consumed so far.
  package private(set) var position = 0

  private let input: RawSpan
  /// Where the input comes from, so that `bytes` fields need not be copied out of it.
  private let source: ByteSlice?
  /// Where reading stops: the end of the input, or of the tagged field being read.
  private var end: Int
  /// The tag whose value stands next, within ``tags(_:)``.
  private var currentTag: UInt32 = 0
  private var isTagTaken = false
  /// The memory that arrays may still take.
  private var arraysBytesLeft = Limits.messageArraysBytesMax

  /// Reads from bytes whose owner may go away: `bytes` fields are copied.
  @_lifetime(copy bytes)
  package init(_ bytes: RawSpan, version: Int16 = 0, isFlexible: Bool = true) {
    self.version = version
    self.isFlexible = isFlexible
    input = bytes
    end = bytes.byteCount
    source = nil
  }

  /// Reads from a slice: `bytes` fields are parts of it and keep it alive.
  @_lifetime(borrow slice)
  package init(slice: borrowing ByteSlice, version: Int16 = 0, isFlexible: Bool = true) {
    self.version = version
    self.isFlexible = isFlexible
    input = slice.bytes
    end = slice.count
    source = copy slice
  }

  package var isValid: Bool { fault == nil }
  /// The bytes left.
  package var remaining: Int { end - position }

  /// Remembers the first fault and lets nothing be read any more.
  mutating func poison(_ kind: WireFault.Kind) {
    if fault == nil { fault = WireFault(kind: kind, position: position) }
    end = position
  }

  /// Takes `count` bytes and returns where they start.
  @inline(__always)
  private mutating func take(_ count: Int) -> Int? {
    guard count <= end - position else {
      poison(.short)
      return nil
    }
    defer { position += count }
    return position
  }

  /// An unsigned number in up to five groups of seven bits, lowest first.
  package mutating func unsignedVarint() -> UInt32 {
    var value: UInt64 = 0
    for shift: UInt64 in stride(from: 0, through: 28, by: 7) {
      guard let start = take(1) else { return 0 }
      let byte: UInt8 = input.bigEndian(at: start)
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 {
        guard let result = UInt32(exactly: value) else { break }
        return result
      }
    }
    poison(.varint)
    return 0
  }

  /// A length, or nil for null.
  @inline(__always)
  private mutating func length(classic: WireLength) -> Int? {
    let length: Int
    if isFlexible {
      length = Int(unsignedVarint()) - 1
    } else if classic == .int16 {
      var short: Int16 = 0
      integer(&short)
      length = Int(short)
    } else {
      var long: Int32 = 0
      integer(&long)
      length = Int(long)
    }
    if length >= 0 { return length }
    if length < -1 { poison(.negativeLength) }
    return nil
  }

  /// The length of something that cannot be null; 0 and a fault where it is.
  @inline(__always)
  private mutating func presentLength(classic: WireLength) -> Int {
    if let length = length(classic: classic) { return length }
    poison(.unexpectedNull)
    return 0
  }
}

// MARK: - Values

extension WireReader {
  package mutating func boolean(_ value: inout Bool) {
    var byte: Int8 = 0
    integer(&byte)
    value = byte != 0
  }

  @inline(__always)
  package mutating func integer<Integer: FixedWidthInteger & BitwiseCopyable>(
    _ value: inout Integer
  ) {
    guard let start = take(MemoryLayout<Integer>.size) else {
      value = 0
      return
    }
    value = input.bigEndian(at: start)
  }

  package mutating func double(_ value: inout Double) {
    var bits: UInt64 = 0
    integer(&bits)
    value = Double(bitPattern: bits)
  }

  package mutating func uuid(_ value: inout TopicID) {
    var high: UInt64 = 0
    var low: UInt64 = 0
    integer(&high)
    integer(&low)
    value = TopicID(rawValue: UInt128(high) << 64 | UInt128(low))
  }

  package mutating func string(_ value: inout String) {
    value = utf8(presentLength(classic: .int16))
  }

  package mutating func string(_ value: inout String?) {
    value = length(classic: .int16).map { utf8($0) }
  }

  package mutating func bytes(_ value: inout ByteSlice) {
    value = slice(presentLength(classic: .int32))
  }

  package mutating func bytes(_ value: inout ByteSlice?) {
    value = length(classic: .int32).map { slice($0) }
  }

  /// What is not UTF-8 becomes U+FFFD, as in Kafka. That takes up to three bytes for one, so that
  /// the length is looked at again: what is read can be written.
  private mutating func utf8(_ count: Int) -> String {
    guard count <= Limits.stringBytesMax else {
      poison(.longString)
      return ""
    }
    guard let start = take(count) else { return "" }
    let part = input.extracting(start..<start + count)
    let text = unsafe part.withUnsafeBytes { unsafe String(decoding: $0, as: UTF8.self) }
    guard text.utf8.count <= Limits.stringBytesMax else {
      poison(.longString)
      return ""
    }
    return text
  }

  private mutating func slice(_ count: Int) -> ByteSlice {
    guard let start = take(count) else { return ByteSlice() }
    if let source { return source.slice(start..<start + count) }
    return ByteSlice(input.extracting(start..<start + count))
  }

  @inline(__always)
  package mutating func array<Element: WireValue>(_ elements: inout [Element]) {
    elements = self.elements(presentLength(classic: .int32))
  }

  @inline(__always)
  package mutating func array<Element: WireValue>(_ elements: inout [Element]?) {
    if let count = length(classic: .int32) {
      elements = self.elements(count)
    } else {
      elements = nil
    }
  }

  @inline(__always)
  private mutating func elements<Element: WireValue>(_ count: Int) -> [Element] {
    // Every element takes a byte at least.
    guard count <= remaining else {
      poison(.count)
      return []
    }
    let byteCount = count * MemoryLayout<Element>.stride
    guard byteCount <= arraysBytesLeft else {
      poison(.memory)
      return []
    }
    arraysBytesLeft -= byteCount
    var elements: [Element] = []
    // A count that lies may not reserve more memory than the message has bytes.
    elements.reserveCapacity(min(count, 16 + remaining / MemoryLayout<Element>.stride))
    for _ in 0..<count where isValid {
      var element = Element()
      element.coded(by: &self)
      elements.append(element)
    }
    return elements
  }

  @inline(__always)
  package mutating func structure<Struct: WireStruct>(_ value: inout Struct) {
    fields(of: &value)
  }

  /// A byte ahead of the struct says whether it is there: 1, or -1 for null. In a tagged field
  /// Kafka writes null as 0, with nothing after it.
  @inline(__always)
  package mutating func structure<Struct: WireStruct>(_ value: inout Struct?) {
    var presence: Int8 = 0
    integer(&presence)
    guard presence > 0 || presence == 0 && remaining > 0 else {
      value = nil
      return
    }
    var present = Struct()
    fields(of: &present)
    value = present
  }
}

// MARK: - Tagged fields

extension WireReader {
  package mutating func tags(_ body: (inout WireReader) -> Void) {
    isTagSectionCoded = true
    guard isFlexible else { return }
    readTags(body)
    isTagSectionCoded = true
  }

  /// Passes over the tagged fields that end a flexible header, of which none is known to us.
  mutating func skipTags() { readTags { _ in } }

  private mutating func readTags(_ body: (inout WireReader) -> Void) {
    let count = unsignedVarint()
    // A tag and a size take two bytes at least.
    guard count <= remaining / 2 else { return poison(.count) }
    for _ in 0..<count where isValid { readTag(body) }
  }

  /// Offers the next tag to `body`; what `body` does not know is passed over.
  private mutating func readTag(_ body: (inout WireReader) -> Void) {
    let (outerEnd, outerTag) = (end, currentTag)
    currentTag = unsignedVarint()
    let size = Int(unsignedVarint())
    guard size <= remaining else { return poison(.short) }
    let tagEnd = position + size
    end = tagEnd
    isTagTaken = false
    body(&self)
    guard isValid else { return }
    if isTagTaken && position != tagEnd { return poison(.tagSize) }
    position = tagEnd
    end = outerEnd
    currentTag = outerTag
  }

  @inline(__always)
  package mutating func tagged<Value: WireValue & Equatable>(
    _ value: inout Value, tag: UInt32, unless standard: Value
  ) {
    guard tag == currentTag, !isTagTaken else { return }
    value.coded(by: &self)
    isTagTaken = true
  }
}

/// How lengths are written before the first flexible version.
enum WireLength { case int16, int32 }
