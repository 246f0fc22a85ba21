import Testing
import VarveBase
import VarveLog
import VarveTestKit

/// Goal: what a read by offset looks at does not grow with the log. Method: the place where each
/// of 10,000 random reads begins to scan is compared with the place of its batch, which a scan of
/// the whole log tells.
@Suite struct ReadReachTests {
  private static let intervalBytes = 1024

  /// A batch, its place, and the bytes of the one before it in its segment.
  private struct Place {
    var segment: Segment
    var position: Int
    var bytes: ByteSlice
    var bytesBefore: Int
  }

  @Test("G02: 10 k random reads scan one index interval and one batch at most, indexes deleted too")
  func reach() throws {
    let directory = try TemporaryDirectory()
    let path = directory.path + "/topic-0"
    var log = try Self.filled(path)
    let expected = try Self.places(in: log)
    #expect(log.segments.count > 10 && expected.count > 1000)
    try Self.check(log, expected, reads: 10_000)
    try log.close()
    let files = LocalFileSystem()
    for name in try files.contents(ofDirectory: path) where name.hasSuffix("index") {
      try files.remove("\(path)/\(name)")
    }
    log = try Self.open(path, cleanly: true)
    let places = try Self.places(in: log)
    #expect(places.map(\.bytes) == expected.map(\.bytes))
    try Self.check(log, places, reads: 10_000)
    try log.close()
  }

  private static func open(_ path: String, cleanly: Bool = false) throws -> PartitionLog {
    var configuration = LogConfiguration()
    configuration.segmentBytes = 64 << 10
    configuration.indexIntervalBytes = intervalBytes
    var loader = try LogUnderTest.loader(path, LocalFileSystem(), SystemTime(), configuration)
    loader.isCleanlyClosed = cleanly
    return try loader.load().log
  }

  private static func filled(_ path: String) throws -> PartitionLog {
    let log = try open(path)
    var generator = SeededGenerator(seed: 1)
    for _ in 0..<1500 {
      var builder = RecordBatchBuilder()
      for _ in 0..<Int.random(in: 1...20, using: &generator) {
        let size = Int.random(in: 0...100, using: &generator)
        try builder.append(
          timestamp: 1, key: nil, value: ByteSlice([UInt8](repeating: 7, count: size)))
      }
      try builder.finish()
      try log.append(builder.bytes)
    }
    return log
  }

  private static func places(in log: PartitionLog) throws -> [Place] {
    let segments = log.segments
    var places: [Place] = []
    var (index, position, before) = (0, 0, 0)
    for batch in try LogContents.batches(log) {
      if index + 1 < segments.count,
        batch.header.baseOffset == segments[index + 1].baseOffset
      {
        (index, position, before) = (index + 1, 0, 0)
      }
      places.append(
        Place(
          segment: segments[index], position: position, bytes: batch.bytes, bytesBefore: before))
      before = batch.header.sizeInBytes
      position += before
    }
    return places
  }

  private static func check(_ log: PartitionLog, _ places: [Place], reads: Int) throws {
    let headers = try places.map { try RecordBatch.checkedHeader($0.bytes.bytes) }
    let byOffset = headers.enumerated().flatMap { index, header in
      Array(repeating: index, count: Int(header.recordCount))
    }
    #expect(byOffset.count == Int(log.endOffset.rawValue))
    var generator = SeededGenerator(seed: 2)
    for _ in 0..<reads {
      let target = Int.random(in: 0..<byOffset.count, using: &generator)
      let place = places[byOffset[target]]
      let bytes = try log.read(from: Offset(Int64(target)), maxBytes: 1).bytes
      // With the checksum of all the rest.
      let header = try RecordBatch.checkedHeader(bytes.bytes)
      #expect(header == headers[byOffset[target]], "offset \(target)")
      let start = try place.segment.position(indexedFor: Offset(Int64(target)))
      let scanned = place.position - start
      #expect(0...intervalBytes + place.bytesBefore ~= scanned, "offset \(target)")
    }
  }
}
