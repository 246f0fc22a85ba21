internal import Synchronization
package import VarveBase
internal import VarveLog
package import VarveProtocol

extension MetadataLog {
  /// Makes a change: calls `decide` with the metadata and the offset that its first record will
  /// have, and makes the records that it returns part of the metadata, all or none. Returns the
  /// metadata after it, which is on the disk for good.
  ///
  /// - Throws: What `decide` throws, and then nothing has changed; or `.storage`, and then the
  ///   change may or may not be there when the directory is opened again.
  @discardableResult
  package func change(
    _ decide: (MetadataImage, Offset) throws(CatalogError) -> [MetadataRecord]
  ) throws(CatalogError) -> MetadataImage {
    try writer.withLock { writer throws(CatalogError) in
      let records = try decide(writer.state.image, writer.state.nextOffset)
      do throws(MetadataError) {
        if !records.isEmpty { try append(records, &writer) }
      } catch { throw CatalogError(.storage, error.description, cause: error) }
      snapshotIfDue(&writer)
      return writer.state.image
    }
  }

  /// Appends records as one batch, which takes effect once it is on the disk.
  func append(
    _ records: [MetadataRecord], _ writer: inout Writer
  ) throws(MetadataError) {
    let now = time.now
    var next = writer.state
    let level = next.image.metadataVersion
    writer.builder.reset()
    do {
      for record in records {
        try next.replay(.record(record))
        try writer.builder.append(timestamp: now, key: nil, value: record.encoded(at: level))
      }
      try writer.builder.finish()
      let result = try log.append(writer.builder.bytes)
      try log.flush()
      next.nextOffset = result.lastOffset + 1
      next.lastTimestamp = now
    } catch { throw MetadataError(error) }
    writer.logBytes += writer.builder.sizeInBytes
    writer.state = next
    publish(next.image)
  }
}
