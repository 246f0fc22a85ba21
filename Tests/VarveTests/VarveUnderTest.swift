import Testing
import Varve
import VarveBase
import VarveLog
import VarveTestKit
import VarveTestSupport

/// A log in a directory of its own on the real disk.
struct VarveUnderTest {
  let directory: TemporaryDirectory
  let varve: Varve

  /// Records are kept for ever: many tests stamp theirs with small numbers, which retention would
  /// take from a test that is held up for minutes.
  init(options: Varve.Options = Self.keepingAll) throws {
    directory = try TemporaryDirectory()
    let path = directory.path + "/data"
    var options = options
    options.serverConfig.merge(patientMembers) { own, _ in own }
    guard let door = ServedLogs.current else {
      varve = try Varve(directory: path, options: options)
      return
    }
    varve =
      door.isProgram
      ? try door.start(path, options, in: directory)
      : try door.serve(Varve(directory: path, options: options), in: directory)
  }

  static var keepingAll: Varve.Options {
    var options = Varve.Options()
    options.serverConfig = [
      "log.retention.ms": "-1", "offsets.topic.num.partitions": "2",
      "transaction.state.log.num.partitions": "2",
    ]
    return options
  }
}

extension Varve {
  /// Everything in a partition.
  func records(_ topic: String, _ partition: Int32 = 0) async throws -> [Record] {
    try await batches(topic, partition).flatMap { Array($0) }
  }

  /// Everything in a partition, each stored batch by itself.
  func batches(_ topic: String, _ partition: Int32 = 0) async throws -> [ConsumedBatch] {
    let client = try await client(topic, partition)
    var batches: [ConsumedBatch] = []
    var offset = try await earliestOffset(of: topic, partition: partition)
    while try await latestOffset(of: topic, partition: partition) > offset {
      // One byte: a read gives one batch at least, and no more for that.
      let slice = try await client.fetch(from: offset, maxBytes: 1, isolation: .readUncommitted)
      let batch = try ConsumedBatch(slice, of: client.id, ConsumedBatch.Filter(from: offset))
      batches.append(batch)
      offset = batch.nextOffset
    }
    return batches
  }

  /// The headers of the stored batches.
  func batchHeaders(_ topic: String, _ partition: Int32 = 0) async throws -> [RecordBatchHeader] {
    let client = try await client(topic, partition)
    let offset = try await earliestOffset(of: topic, partition: partition)
    let bytes = try await client.fetch(
      from: offset, maxBytes: 1 << 30, isolation: .readUncommitted
    ).bytes
    return try storedHeaders(bytes)
  }
}

/// The headers of batches that lie one after the other.
func storedHeaders(_ bytes: ByteSlice) throws -> [RecordBatchHeader] {
  var headers: [RecordBatchHeader] = []
  var position = 0
  while position < bytes.count {
    let header = try RecordBatch.checkedHeader(bytes.bytes, at: position)
    headers.append(header)
    position += header.sizeInBytes
  }
  return headers
}

/// Runs what is expected to fail, and returns how.
func failure(_ body: () async throws(VarveError) -> Void) async -> VarveError? {
  do throws(VarveError) {
    try await body()
    return nil
  } catch { return error }
}
