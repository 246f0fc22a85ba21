import Varve
import VarveBase
import VarveLog

/// What the headers of a partition's batches add up to.
struct LogStatistics {
  var segments = 0
  var batches = 0
  var records = 0
  /// The bytes of the batches, and of those the bytes with each codec.
  var bytes = 0
  var bytesByCodec: [String: Int] = [:]
  /// The bytes of the files beside the `.log` files.
  var indexBytes = 0
  var startOffset: Offset?
  var endOffset: Offset = 0
  var oldest: Timestamp?
  var newest: Timestamp?

  /// Reads a partition's directory. Throws what the disk said. Batches are counted up to the first
  /// that is not whole.
  init(_ directory: String, on files: some FileSystem) throws {
    for name in try files.contents(ofDirectory: directory) {
      guard let file = SegmentFileName(name), file.state == .live else { continue }
      let opened = try files.open("\(directory)/\(name)", .read)
      let byteCount = try opened.byteCount()
      guard file.kind == .log else {
        indexBytes += byteCount
        continue
      }
      segments += 1
      startOffset = startOffset ?? file.baseOffset
      endOffset = max(endOffset, file.baseOffset)
      guard byteCount > 0 else { continue }
      try opened.map(byteCount, writable: false).withBytes(0..<byteCount) { addBatches(of: $0) }
    }
  }

  private mutating func addBatches(of bytes: RawSpan) {
    var position = 0
    while position < bytes.byteCount,
      let header = try? RecordBatch.checkedHeader(bytes, at: position)
    {
      add(header)
      position += header.sizeInBytes
    }
  }

  private mutating func add(_ header: RecordBatchHeader) {
    batches += 1
    records += Int(header.recordCount)
    bytes += header.sizeInBytes
    bytesByCodec[header.attributes.codec?.name ?? "unknown", default: 0] += header.sizeInBytes
    endOffset = max(endOffset, header.nextOffset)
    guard header.recordCount > 0 else { return }
    oldest = min(oldest ?? header.baseTimestamp, header.baseTimestamp)
    newest = max(newest ?? header.maxTimestamp, header.maxTimestamp)
  }

  var json: JSON {
    let codecs = bytesByCodec.sorted { $0.key < $1.key }
    return .object([
      "segments": .integer(segments), "batches": .integer(batches), "records": .integer(records),
      "bytes": .integer(bytes), "indexBytes": .integer(indexBytes),
      "startOffset": .integer(startOffset?.rawValue ?? 0),
      "endOffset": .integer(endOffset.rawValue),
      "oldestTimestamp": oldest.map { .integer($0.rawValue) } ?? .null,
      "newestTimestamp": newest.map { .integer($0.rawValue) } ?? .null,
      "codecs": .array(
        codecs.map { .object(["codec": .string($0.key), "bytes": .integer($0.value)]) }),
    ])
  }
}
