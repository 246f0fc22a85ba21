package import VarveBase
package import VarveCoordination
package import VarveLog

/// Records that a consumer has acquired, with the batches that they are in.
package struct ShareReading: Sendable {
  /// Whole batches as they are stored, which may have other records too.
  package var batches = ByteSlice()
  /// Those whose batches were read.
  package var acquired: [AcquiredRecords] = []
  /// Those that had no room, to be given back.
  package var leftOver: [ClosedRange<Int64>] = []

  /// Nothing.
  package init() {}

  /// Reads the batches of acquired records, up to `bytesMax` of them, or one batch where that is
  /// larger.
  package init(
    _ acquired: [AcquiredRecords], of log: PartitionLog, bytesMax: Int
  ) throws(LogError) {
    var reader = AcquiredBatches(log, bytesMax: bytesMax)
    for (index, records) in acquired.enumerated() {
      let end = try reader.read(records.offsets)
      if end >= records.offsets.upperBound {
        self.acquired.append(records)
        continue
      }
      if end >= records.offsets.lowerBound {
        self.acquired.append(
          AcquiredRecords(
            records.offsets.lowerBound...end, deliveryCount: records.deliveryCount))
      }
      leftOver.append(max(end + 1, records.offsets.lowerBound)...records.offsets.upperBound)
      leftOver += acquired[(index + 1)...].map(\.offsets)
      break
    }
    batches = reader.batches
  }
}

/// Batches of a log, picked by offsets.
private struct AcquiredBatches {
  private let log: PartitionLog
  private var bytesLeft: Int
  private var pieces: [ByteSlice] = []
  /// Up to where batches were picked.
  private var end: Int64 = -1

  init(_ log: PartitionLog, bytesMax: Int) {
    self.log = log
    bytesLeft = bytesMax
  }

  /// Most often there is one piece, which stays where it lies.
  var batches: ByteSlice {
    if pieces.count <= 1 { return pieces.first ?? ByteSlice() }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(pieces.reduce(0) { $0 + $1.count })
    for piece in pieces { bytes.append(contentsOf: piece) }
    return ByteSlice(bytes)
  }

  /// Picks the batches of a range. Returns the last offset of it that was picked.
  mutating func read(_ offsets: ClosedRange<Int64>) throws(LogError) -> Int64 {
    while end < offsets.upperBound {
      guard bytesLeft > 0 || pieces.isEmpty else { return end }
      let next = max(end + 1, offsets.lowerBound)
      let slice = try log.read(from: Offset(next), maxBytes: max(bytesLeft, 1))
      let picked = try pick(slice.bytes, upTo: offsets.upperBound)
      // No batch has the rest of the range: compaction took it.
      if picked == 0 { end = max(end, offsets.upperBound) }
    }
    return offsets.upperBound
  }

  /// Picks the whole batches at the beginning that start at an offset up to `last`.
  private mutating func pick(_ bytes: ByteSlice, upTo last: Int64) throws(LogError) -> Int {
    var position = 0
    while position < bytes.count {
      do throws(RecordBatchError) {
        let header = try RecordBatch.checkedHeader(bytes.bytes, at: position)
        guard header.baseOffset.rawValue <= last else { break }
        guard header.sizeInBytes <= bytes.count - position else { break }
        position += header.sizeInBytes
        end = header.lastOffset.rawValue
      } catch {
        if error.code == .truncated, position > 0 { break }
        throw LogError(error, for: log.partition)
      }
    }
    if position > 0 { pieces.append(bytes.slice(0..<position)) }
    bytesLeft -= position
    return position
  }
}
