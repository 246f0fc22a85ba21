internal import Varve

/// The newest value of each key of a compacted topic: nothing but what its records say, in their
/// order, so that reading them again comes to the same.
struct StoreTable {
  private(set) var entries: [ByteSlice: StoreEntry] = [:]

  /// Applies a record. Keys and values are copied, so that no segment is kept on the disk for them.
  mutating func apply(_ record: Record) {
    guard let key = record.key else { return }
    guard let value = record.value else {
      entries[key] = nil
      return
    }
    entries[ByteSlice(key.bytes)] = StoreEntry(
      value: ByteSlice(value.bytes), version: record.offset)
  }
}

/// Which record of which writer a record is, so that its writer finds out its offset.
struct WriteID: Sendable {
  private let writer: UInt128

  init() { writer = UInt128.random(in: .min ... .max) }

  /// The header of a record.
  func header(_ number: Int) -> Header {
    Header(ByteSlice(QueueHeaders.write.utf8), ByteSlice("\(writer)-\(number)".utf8))
  }

  /// The number of a record of this writer; nil for one of others.
  func number(of record: Record) -> Int? {
    guard let text = record.header(QueueHeaders.write).map({ String(decoding: $0, as: UTF8.self) }),
      text.hasPrefix("\(writer)-")
    else { return nil }
    return Int(text.drop { $0 != "-" }.dropFirst())
  }
}
