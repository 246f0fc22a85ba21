internal import Synchronization
public import VarveBase

/// Sends records to topics: collects them in batches, one for each partition at a time, and
/// appends those when they are full or their time has come.
///
/// ```swift
/// let producer = try varve.producer()
/// let receipt = try await producer.send("orders", key: "c-42", value: "2 apples")
/// ```
///
/// A producer is for the whole program: any number of tasks may send at once, and the more do, the
/// fuller the batches are. Records of one task to one partition keep their order.
///
/// ## Memory
/// All batches together take at most ``Options/bufferBytes``. While that is used up, `send` and
/// `enqueue` suspend, first come first served, and `tryEnqueue` says false.
///
/// ## Cancellation
/// A task that is cancelled while it waits for room gets ``VarveError/Code/cancelled``, and its
/// record was not taken. Once a record is taken its send goes on to the receipt, cancelled or not,
/// so that no outcome is lost.
public final class Producer: Sendable {
  public struct Options: Sendable {
    /// How long a record may wait for others to share its batch. Zero, the default, appends as
    /// soon as nobody else is appending to the partition: batches then hold what arrived
    /// meanwhile. A few milliseconds give fuller batches where many tasks send a little each.
    public var linger = Duration.zero
    /// The size at which a batch is full, before compression. A larger record has a batch of its
    /// own. A topic's `max.message.bytes` is the limit where that is less.
    public var batchBytes = 64 << 10
    /// The memory of all batches that are not written yet; the producer suspends senders above it.
    public var bufferBytes = 32 << 20
    /// Where the topic does not have a codec of its own.
    public var compression = Compression.none
    /// Gives batches an id and numbers, so that one whose outcome is not known is sent again until
    /// it is, and appended once, in its place (KIP-98). Batches whose outcome is known to be a
    /// failure are not sent again. For engines that are far away: one in this process answers
    /// always.
    public var isIdempotent = false

    public init() {}
  }

  let core: ProducerCore

  package init(
    _ cluster: any Cluster, options: Options = Options(), identity: ProducerIdentity? = nil
  ) throws(VarveError) {
    try options.check()
    core = ProducerCore(cluster, options: options)
    if let identity { core.begin(as: identity) }
  }

  /// Sends a record and waits until it counts as written, by the topic's durability.
  ///
  /// - Parameters:
  ///   - topic: one that exists.
  ///   - partition: nil lets the key decide, as Kafka's clients do: records of one key go to one
  ///     partition, for as long as the topic has as many. Without a key, batches go to the
  ///     partitions in turn.
  ///   - key: nil for none.
  ///   - value: nil for a null value: a tombstone, in a compacted topic.
  ///   - headers: in the order in which readers get them.
  ///   - timestamp: nil for now.
  /// - Throws: `.recordTooLarge`, `.invalidRecord` and `.invalidTimestamp` before the record is
  ///   taken; what the log said after it; `.closed`, `.cancelled`.
  @discardableResult
  public func send(
    _ topic: String, partition: Int32? = nil, key: (any Payload)? = nil, value: (any Payload)?,
    headers: [Header] = [], timestamp: Timestamp? = nil
  ) async throws(VarveError) -> RecordReceipt {
    let record = OutgoingRecord(
      partition: partition, headers: headers, timestamp: timestamp)
    var room: Room?
    while true {
      let ready = try core.readySender(for: topic)
      let sender = if let ready { ready } else { try await core.sender(for: topic) }
      let answer = await SendContinuation.answer { continuation in
        core.add(record, key, value, to: sender, room: room, continuation)
      }
      switch answer {
      case .receipt(let receipt): return receipt
      case .failure(let error): throw error
      case .noRoom(let bytes): room = try await core.waitForRoom(bytes)
      }
    }
  }

  /// Sends a record without waiting for its receipt: returns when the producer has taken it,
  /// which is at once unless memory is short.
  ///
  /// Whether it was written shows in ``flush()`` and ``close()``, which throw the first failure.
  /// Parameters are those of ``send(_:partition:key:value:headers:timestamp:)``.
  public func enqueue(
    _ topic: String, partition: Int32? = nil, key: (any Payload)? = nil, value: (any Payload)?,
    headers: [Header] = [], timestamp: Timestamp? = nil
  ) async throws(VarveError) {
    let record = OutgoingRecord(
      partition: partition, headers: headers, timestamp: timestamp)
    try await core.enqueue(record, key, value, to: topic)
  }

  /// As ``enqueue(_:partition:key:value:headers:timestamp:)``, without ever suspending. False
  /// where there is no room, or where the topic is not known yet without asking for it: then the
  /// record was not taken.
  public func tryEnqueue(
    _ topic: String, partition: Int32? = nil, key: (any Payload)? = nil, value: (any Payload)?,
    headers: [Header] = [], timestamp: Timestamp? = nil
  ) throws(VarveError) -> Bool {
    let record = OutgoingRecord(
      partition: partition, headers: headers, timestamp: timestamp)
    guard let sender = try core.knownSender(for: topic) else { return false }
    return try core.add(record, key, value, to: sender, room: nil, .flush) == nil
  }

  /// Appends what was taken so far without lingering, and waits until it counts as written.
  ///
  /// Throws the first failure of a record that was enqueued since the last flush.
  public func flush() async throws(VarveError) {
    await core.flushed()
    if let failure = core.takeFailure() { throw failure }
  }

  /// Flushes, and ends the producer. Those that wait for room get `.closed`, and so does everyone
  /// who sends afterwards. Closing twice does nothing.
  public func close() async throws(VarveError) {
    core.endTaking()
    try await flush()
  }
}

extension Producer {
  /// The senders that wait for room.
  package var waitingCount: Int { core.waitingCount }

  /// The records in batches that are still open.
  package var pendingCount: Int { core.pendingCount }
}

extension Producer.Options {
  func check() throws(VarveError) {
    try compression.check()
    let smallest = 1 << 10
    guard batchBytes >= smallest, batchBytes <= 1 << 30 else {
      throw VarveError(
        .invalidArgument, "batchBytes is \(batchBytes): it must be from \(smallest) to 1 GiB")
    }
    guard linger >= .zero else {
      throw VarveError(.invalidArgument, "linger is \(linger): it must not be negative")
    }
    guard bufferBytes >= batchBytes * BatchMemory.factor(of: compression) else {
      throw VarveError(
        .invalidArgument,
        "bufferBytes is \(bufferBytes): it must hold at least one batch of \(batchBytes) bytes, "
          + "and its compressed form where there is compression")
    }
  }
}
