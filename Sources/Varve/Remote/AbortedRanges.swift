package import VarveLog
package import VarveProtocol

/// Where aborted transactions end, which a response does not tell: at the first marker of their
/// producer after their start.
package enum AbortedRanges {
  /// The transactions of a response with records among its batches, by first offset. Of one whose
  /// marker comes later, all records are aborted.
  package static func of(
    _ transactions: [FetchResponse.Topic.Partition.AbortedTransaction], in records: ByteSlice
  ) -> [AbortedTransaction] {
    guard !transactions.isEmpty else { return [] }
    let markers = markers(in: records)
    return transactions.sorted { $0.firstOffset < $1.firstOffset }.map { transaction in
      let end = markers[transaction.producerID]?.first { $0 >= transaction.firstOffset }
      return AbortedTransaction(
        producerID: transaction.producerID, firstOffset: transaction.firstOffset,
        lastOffset: end ?? Offset(.max), lastStableOffset: transaction.firstOffset)
    }
  }

  /// The offsets of markers, by producer. What is wrong with a batch shows when it is read.
  private static func markers(in records: ByteSlice) -> [Int64: [Offset]] {
    var markers: [Int64: [Offset]] = [:]
    var position = 0
    while position < records.count,
      let header = try? RecordBatch.checkedHeader(records.bytes, at: position)
    {
      if header.attributes.isControl && header.hasProducerID {
        markers[header.producerID, default: []].append(header.lastOffset)
      }
      position += header.sizeInBytes
    }
    return markers
  }
}
