/// What clients do to a server.
struct WireWork: Sendable {
  enum Kind: Sendable, Equatable {
    /// One client writes as fast as it can, in batches.
    case produce(acks: Acks)
    /// One client reads what was written before, as fast as it can.
    case consume
    /// One client writes while another reads what it wrote.
    case both
    /// One client writes records at a fixed rate, each at once, and another one reads them.
    case paced(recordsPerSecond: Int)
    /// Many clients, each of which waits for the acknowledgement of a record before the next.
    case manyClients(Int)
    /// Records at a fixed rate go round many partitions, each of which one of many clients reads.
    case manyPartitions(Int32, readers: Int32, Dealing, recordsPerSecond: Int)

    var partitions: Int32 {
      if case .manyPartitions(let count, _, _, _) = self { return count }
      return 1
    }
  }

  /// Who says which partitions a reader has: itself, or its group by one of its protocols.
  enum Dealing: String, Sendable {
    case none = "readers on their own"
    case classic = "a classic group"
    case consumer = "a group of KIP-848"
  }

  /// When a write is acknowledged.
  enum Acks: String, Sendable {
    case leader = "1"
    case all
  }

  let kind: Kind
  let records: Int
  let recordBytes: Int
}

/// A server that streams of records are written to and read from, with its client.
protocol StreamServer: AnyObject {
  var name: String { get }
  var process: ServerProcess { get }

  /// Does the work with a stream of that name, which is new, and has the meter count it. False
  /// where there is nothing of the kind with this server.
  func perform(_ work: WireWork, on stream: String, _ meter: Meter) throws -> Bool

  /// Ends the server, if it was started here.
  func stop()
}

/// What one round of work took.
final class Meter {
  private let process: ServerProcess
  private(set) var records = 0
  private(set) var seconds = 0.0
  private(set) var cpuSeconds = 0.0
  private(set) var peakBytes = 0
  /// What the server had in memory at the end, with the files that it has mapped.
  var residentBytes = 0
  /// From handing a record over to its acknowledgement.
  var acknowledged = Histogram()
  /// From handing a record over to having it at the other end.
  var delivered = Histogram()

  init(_ process: ServerProcess) { self.process = process }

  /// Counts the work of `body`. What comes before and after it is preparation.
  func count(_ records: Int, _ body: () throws -> Void) throws {
    let memory = try MemorySampler(process)
    let cpu = process.cpuSeconds
    defer { peakBytes = memory.stop() }
    seconds = try timed(body).inSeconds
    cpuSeconds = process.cpuSeconds - cpu
    self.records = records
  }

  var cpuSecondsPerMillion: Double { cpuSeconds / (Double(records) / 1e6) }
}
