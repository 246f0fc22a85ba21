package import VarveBase
package import VarveLog
package import VarveProtocol

/// A batch of a metadata log or snapshot, decoded.
package struct MetadataBatch: Sendable {
  package let header: RecordBatchHeader
  package private(set) var entries: [(offset: Offset, entry: Entry)] = []

  package enum Entry: Equatable, Sendable {
    case record(MetadataRecord)
    case leaderChange(LeaderChangeMessage)
    case snapshotHeader(SnapshotHeaderRecord)
    case snapshotFooter(SnapshotFooterRecord)
    case kraftVersion(KRaftVersionRecord)
    case voters(VotersRecord)
    /// A control record that is not known here: none so far changes the metadata.
    case otherControl
  }

  /// The header of a batch that is all there and whose checksum is right; nil for anything else,
  /// the end of the log or of what is whole of it.
  package static func wholeHeader(in bytes: RawSpan, at position: Int) -> RecordBatchHeader? {
    guard let header = try? RecordBatch.checkedHeader(bytes, at: position),
      (try? RecordBatch.verifyChecksum(bytes, at: position, header: header)) != nil
    else { return nil }
    return header
  }

  /// Decodes a whole batch.
  ///
  /// - Throws: ``MetadataError``, `.corrupt`, with the offset of the record that is not one.
  package init(_ batch: RawSpan, header: RecordBatchHeader) throws(MetadataError) {
    self.header = header
    var offset = header.baseOffset
    do {
      var records = try RecordIterator(batch)
      while let record = try records.next() {
        offset = record.offset
        guard let value = record.value else {
          throw MetadataError(.corrupt, "a metadata record has no value", offset: offset)
        }
        let entry =
          header.attributes.isControl
          ? try Self.control(record.key, value) : .record(try MetadataRecord.decode(value).record)
        entries.append((offset, entry))
      }
    } catch let error as MetadataError {
      throw error
    } catch {
      throw MetadataError(.corrupt, "\(error)", offset: offset)
    }
  }

  /// A control record: its key is a version and a type, its value starts with its own version.
  private static func control(_ key: RawSpan?, _ value: RawSpan) throws(WireError) -> Entry {
    guard let key, key.byteCount == 4,
      let type = ControlRecordType(rawValue: key.bigEndian(at: 2)), value.byteCount >= 2
    else { return .otherControl }
    let version: Int16 = value.bigEndian(at: 0)
    return switch type {
    case .leaderChange: .leaderChange(try .init(decoding: value, version: version))
    case .snapshotHeader: .snapshotHeader(try .init(decoding: value, version: version))
    case .snapshotFooter: .snapshotFooter(try .init(decoding: value, version: version))
    case .kraftVersion: .kraftVersion(try .init(decoding: value, version: version))
    case .voters: .voters(try .init(decoding: value, version: version))
    case .abort, .commit: .otherControl
    }
  }
}
