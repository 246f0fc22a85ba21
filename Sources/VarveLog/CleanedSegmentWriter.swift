internal import VarveBase

/// Writes the `.cleaned` files of a segment that will take the place of others: the log in large
/// writes, and the indexes in the rhythm of appends.
struct CleanedSegmentWriter: ~Copyable {
  /// Bytes of one write.
  private static let chunkBytes = 1 << 20
  /// What the position of a batch can say in the offset index.
  private static let bytesMax = Limits.segmentBytesMax

  private let files: SegmentFiles
  private let file: any File
  private let indexes: SegmentIndexes
  private var chunk: GrowingBytes
  private var written = 0
  private(set) var end: SegmentEnd

  /// Starts a segment. Files of that name, which a failed attempt left, must be gone.
  init(
    baseOffset: Offset, in directory: String, on fileSystem: any FileSystem,
    configuration: LogConfiguration
  ) throws(LogError) {
    let files = SegmentFiles(directory: directory, baseOffset: baseOffset, state: .cleaned)
    let file: any File
    do { file = try fileSystem.open(files.log, .create) } catch { throw LogError(error) }
    let indexes = try SegmentIndexes(files, on: fileSystem, configuration: configuration)
    self.files = files
    self.file = file
    self.indexes = indexes
    chunk = GrowingBytes(capacity: 64 << 10)
    end = SegmentEnd(baseOffset: baseOffset)
  }

  /// Adds a batch as it is. Throws `.segmentOverflow` past 2 GiB, `.io`.
  mutating func append(_ batch: RawSpan, _ header: RecordBatchHeader) throws(LogError) {
    guard end.end + batch.byteCount <= Self.bytesMax else {
      throw LogError(
        .segmentOverflow, "a rewritten segment would be larger than 2 GiB", file: files.log)
    }
    try indexes.reserve(after: end)
    indexes.add(header, at: end.end, &end)
    chunk.append(batch)
    if chunk.count >= Self.chunkBytes { try writeChunk() }
  }

  /// Adds an aborted transaction, after those whose markers came before its own.
  func append(_ aborted: AbortedTransaction) throws(LogError) {
    try indexes.transactions.append(aborted)
  }

  /// Completes the files and makes them durable.
  mutating func finish() throws(LogError) {
    try writeChunk()
    try indexes.close(end)
    do { try file.sync() } catch { throw LogError(error) }
    try indexes.sync()
  }

  private mutating func writeChunk() throws(LogError) {
    do { try file.write(chunk.bytes, at: written) } catch { throw LogError(error) }
    written += chunk.count
    chunk.setCount(0)
  }
}
