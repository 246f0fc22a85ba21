package import VarveBase

/// The producers' state as of an offset, in a file named after it: a start reads it and the log
/// from there on, instead of the whole log.
///
/// ```
/// | version: Int16 = 1 | CRC32C of the rest: UInt32 | number of producers: Int32 |
/// for each: | producer id: Int64 | epoch: Int16 | last sequence: Int32 | last offset: Int64
///           | offset delta: Int32 | timestamp: Int64 | coordinator epoch: Int32
///           | first offset of the open transaction: Int64, -1 for none |
/// ```
///
/// Of the last batches only the newest is kept. Kafka writes the producers in the order of a hash
/// table, which means nothing; here it is that of their ids.
package enum ProducerSnapshot {
  package static let version: Int16 = 1
  private static let headerBytes = 10
  private static let entryBytes = 46
  /// The checksum covers the bytes from here on.
  private static let coveredFrom = 6

  /// Reads a snapshot's bytes; `file` is for errors. Throws `.corrupt`, `.unsupportedVersion`.
  package static func decode(
    _ bytes: RawSpan, file: String
  ) throws(LogError) -> [ProducerState] {
    let count = try checkedCount(bytes, file: file)
    var states: [ProducerState] = []
    states.reserveCapacity(count)
    for index in 0..<count { states.append(state(in: bytes, at: headerBytes + index * entryBytes)) }
    return states
  }

  /// The bytes of a snapshot. Kafka reads them whatever the order of the states; `decode`d states
  /// give their bytes again.
  package static func encode(_ states: [ProducerState]) -> [UInt8] {
    var covered: [UInt8] = []
    covered.reserveCapacity(4 + states.count * entryBytes)
    covered.appendBigEndian(Int32(states.count))
    for state in states { append(state, to: &covered) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(coveredFrom + covered.count)
    bytes.appendBigEndian(version)
    bytes.appendBigEndian(CRC32C.checksum(ByteSlice(covered).bytes))
    return bytes + covered
  }

  /// Reads the snapshot at `path`, named after `endOffset`; nil where there is none. Throws
  /// `.corrupt`, `.unsupportedVersion`, `.io`.
  package static func read(
    _ path: String, endOffset: Offset, on fileSystem: any FileSystem
  ) throws(LogError) -> ProducerStateTable? {
    guard let bytes = try fileSystem.readFile(path) else { return nil }
    return ProducerStateTable(try decode(bytes.bytes, file: path), endOffset: endOffset)
  }

  /// Writes a snapshot in one step, on the disk for good when this returns. Throws `.io`.
  package static func write(
    _ table: ProducerStateTable, to path: String, on fileSystem: any FileSystem
  ) throws(LogError) {
    let states = table.producers.values.sorted { $0.producerID < $1.producerID }
    try fileSystem.replaceFile(path, with: encode(states))
  }

  private static func checkedCount(_ bytes: RawSpan, file: String) throws(LogError) -> Int {
    func corrupt(_ found: String, at position: Int) -> LogError {
      LogError(
        .corrupt, "\(found); remove the snapshot, and the state is built again from the log",
        file: file, at: .byte(position))
    }
    guard bytes.byteCount >= headerBytes else {
      throw corrupt("a snapshot of \(bytes.byteCount) bytes", at: 0)
    }
    let found = bytes.bigEndian(at: 0, as: Int16.self)
    guard found == version else {
      throw LogError(
        .unsupportedVersion, "a snapshot of version \(found); only \(version) is known", file: file)
    }
    let stored = bytes.bigEndian(at: 2, as: UInt32.self)
    let computed = CRC32C.checksum(bytes.extracting(coveredFrom..<bytes.byteCount))
    guard stored == computed else {
      throw corrupt("checksum \(computed) computed, \(stored) stored", at: 2)
    }
    let count = Int(bytes.bigEndian(at: coveredFrom, as: Int32.self))
    guard count >= 0, bytes.byteCount - headerBytes == count * entryBytes else {
      throw corrupt("\(count) producers in \(bytes.byteCount) bytes", at: coveredFrom)
    }
    return count
  }

  private static func state(in bytes: RawSpan, at position: Int) -> ProducerState {
    let lastOffset = Offset(bytes.bigEndian(at: position + 14))
    let transactionStart = Offset(bytes.bigEndian(at: position + 38))
    var state = ProducerState(producerID: bytes.bigEndian(at: position))
    let epoch: Int16 = bytes.bigEndian(at: position + 8)
    let timestamp = Timestamp(bytes.bigEndian(at: position + 26))
    if lastOffset >= 0 {
      let batch = ProducerState.Batch(
        lastSequence: bytes.bigEndian(at: position + 10), lastOffset: lastOffset,
        offsetDelta: bytes.bigEndian(at: position + 22), timestamp: timestamp)
      state.remember(batch, epoch: epoch)
    }
    state.epoch = epoch
    state.lastTimestamp = timestamp
    state.coordinatorEpoch = bytes.bigEndian(at: position + 34)
    state.transactionStart = transactionStart >= 0 ? transactionStart : nil
    return state
  }

  private static func append(_ state: ProducerState, to bytes: inout [UInt8]) {
    let last = state.batches.last
    bytes.appendBigEndian(state.producerID)
    bytes.appendBigEndian(state.epoch)
    bytes.appendBigEndian(last?.lastSequence ?? -1)
    bytes.appendBigEndian(last?.lastOffset.rawValue ?? -1)
    bytes.appendBigEndian(last?.offsetDelta ?? 0)
    bytes.appendBigEndian(state.lastTimestamp.rawValue)
    bytes.appendBigEndian(state.coordinatorEpoch)
    bytes.appendBigEndian(state.transactionStart?.rawValue ?? -1)
  }
}
