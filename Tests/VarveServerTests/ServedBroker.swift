import Varve
import VarveBase
import VarveBroker
import VarveLog
import VarveProtocol
import VarveServer
import VarveTestKit
import VarveTestSupport

/// A log in a directory of its own, a server over it, and clients.
final class ServedBroker: Sendable {
  private let directory: TemporaryDirectory
  let varve: Varve
  let broker: Broker
  let server: Server
  let port: UInt16

  init(
    on fileSystem: any FileSystem = LocalFileSystem(), serverConfig: [String: String] = [:],
    options change: (inout ServerOptions) -> Void = { _ in }
  ) throws {
    directory = try TemporaryDirectory()
    var options = Broker.Options()
    // Few partitions of internal topics: hundreds of open files a test, with all tests at once,
    // are more than Foundation's `Process` lists without reading past its buffer.
    let common = [
      "log.retention.ms": "-1", "offsets.topic.num.partitions": "2",
      "transaction.state.log.num.partitions": "2",
      "share.coordinator.state.topic.num.partitions": "2",
    ]
    let defaults = common.merging(patientMembers) { $1 }
    options.serverConfigs = defaults.merging(serverConfig) { $1 }
    broker = try Broker.open(directory.path + "/data", on: fileSystem, options: options)
    varve = Varve(LocalCluster(broker, time: SystemTime()))
    var serverOptions = ServerOptions()
    serverOptions.listeners = [
      ListenerOptions(SocketAddress(host: "127.0.0.1", port: 0))
    ]
    serverOptions.loopCount = 2
    change(&serverOptions)
    server = try Server(broker, options: serverOptions)
    port = server.addresses[0].port
  }

  /// Runs `body` with a served broker, and stops it whatever happens.
  static func run<Result>(
    on fileSystem: any FileSystem = LocalFileSystem(), serverConfig: [String: String] = [:],
    options change: (inout ServerOptions) -> Void = { _ in },
    _ body: (ServedBroker) async throws -> Result
  ) async throws -> Result {
    let served = try ServedBroker(
      on: fileSystem, serverConfig: serverConfig, options: change)
    let result: Result
    do { result = try await body(served) } catch {
      await served.stop()
      throw error
    }
    await served.stop()
    return result
  }

  func stop() async {
    await server.stop()
    try? await varve.close()
  }

  /// Runs `body` with a client, on a thread of its own.
  func client<Result: Sendable>(
    _ body: @escaping @Sendable (WireClient) throws -> Result
  ) async throws -> Result {
    let port = port
    return try await onThread { try body(WireClient(port: port)) }
  }
}

/// A batch of text values, stamped with the time as a client does: a log rolls between times that
/// lie far apart.
func batch(
  _ values: [String], codec: CompressionCodec = .none, timestamp: Timestamp = SystemTime().now,
  key: String? = nil
) throws -> ByteSlice {
  var builder = RecordBatchBuilder(codec: codec)
  for value in values {
    try builder.append(
      timestamp: timestamp, key: key.map { ByteSlice($0.utf8) }, value: ByteSlice(value.utf8))
  }
  try builder.finish()
  return builder.makeSlice()
}

/// The values of the records in batches.
func values(_ batches: ByteSlice?) throws -> [String] {
  guard let batches else { return [] }
  var values: [String] = []
  var position = 0
  while position < batches.count {
    let header = try RecordBatch.checkedHeader(batches.bytes, at: position)
    let bytes = batches.slice(position..<position + header.sizeInBytes)
    var decompressor = RecordBatchDecompressor()
    let payload = try decompressor.payload(of: bytes.bytes, header: header, limit: 1 << 20)
    var records = RecordIterator(payload: payload.bytes, header: header)
    while let record = try records.next() {
      if let value = record.value { values.append(String(describing: ByteSlice(value))) }
    }
    position += header.sizeInBytes
  }
  return values
}

extension ProduceRequest {
  init(
    _ topic: String, _ partition: Int32 = 0, id: TopicID = .zero, batch records: ByteSlice?,
    acks: Int16 = -1
  ) {
    self.init()
    self.acks = acks
    timeoutMilliseconds = 30_000
    var sent = Topic()
    sent.name = topic
    sent.topicID = id
    var entry = Topic.Partition()
    entry.partitionIndex = partition
    entry.records = records
    sent.partitions = [entry]
    topics = [sent]
  }
}

extension FetchRequest {
  init(
    _ topic: String, _ partition: Int32 = 0, id: TopicID = .zero, from offset: Offset = 0,
    minBytes: Int32 = 1, maxWait: Int32 = 0
  ) {
    self.init()
    self.minBytes = minBytes
    maxWaitMilliseconds = maxWait
    var asked = Topic()
    asked.name = topic
    asked.topicID = id
    var entry = Topic.Partition()
    entry.partitionIndex = partition
    entry.fetchOffset = offset
    entry.partitionMaxBytes = 1 << 20
    asked.partitions = [entry]
    topics = [asked]
  }
}
