/// A producer whose records to any number of partitions count together or not at all, along with
/// the offsets of what it has read (KIP-98).
///
/// ```swift
/// let transfers = try varve.transactions("transfers-1")
/// try await transfers.run { transaction in
///   try await transaction.send("accounts", key: "a", value: "-10")
///   try await transaction.send("accounts", key: "b", value: "+10")
/// }
/// ```
///
/// Readers of committed records (``Isolation/readCommitted``) see all of a transaction once it is
/// committed, and nothing of one that was aborted.
///
/// ## The id
/// The id stands for one producer at a time. Whoever begins with it anew, after a crash say, ends
/// the transaction that was left open, and shuts the earlier producer out: that gets
/// ``VarveError/Code/fenced`` from then on. So each of several producers at once has an id of its
/// own, which stays the same over restarts.
///
/// ## One at a time
/// A producer has one transaction open at a time. Inside of it any number of tasks may send.
public final class Transactions: Sendable {
  public struct Options: Sendable {
    /// How long a transaction may be open before the coordinator aborts it and shuts its producer
    /// out, so that a producer that hangs does not keep readers waiting; at most the log's
    /// `transaction.max.timeout.ms`, 15 minutes by default.
    public var timeout = Duration.seconds(60)
    /// The size at which a batch is full, before compression. Until then its records wait for the
    /// transaction's end.
    public var batchBytes = 64 << 10
    /// The memory of all batches that are not written yet; `send` suspends above it.
    public var bufferBytes = 32 << 20
    /// Where the topic does not have a codec of its own.
    public var compression = Compression.none

    public init() {}
  }

  /// The transactional id.
  public let id: String
  let core: ProducerCore
  let session: TransactionSession
  /// Makes the consumers of `process`.
  let varve: Varve

  init(_ id: String, options: Options, of varve: Varve) throws(VarveError) {
    guard !id.isEmpty else {
      throw VarveError(.invalidArgument, "a transactional id must not be empty")
    }
    guard options.timeout >= .milliseconds(1) else {
      throw VarveError(.invalidArgument, "timeout must be 1 ms at least, not \(options.timeout)")
    }
    var producing = Producer.Options()
    producing.batchBytes = options.batchBytes
    producing.bufferBytes = options.bufferBytes
    producing.compression = options.compression
    try producing.check()
    self.id = id
    self.varve = varve
    core = ProducerCore(varve.cluster, options: producing, transactionalID: id)
    session = TransactionSession(
      id, timeout: Int32(clamping: options.timeout.milliseconds),
      client: try varve.cluster.transactions())
  }

  /// Runs `body` in a transaction: commits it when the body returns, aborts it when the body
  /// throws. Returns what the body returns.
  ///
  /// - Throws: what the body throws; what ``Transaction/commit()`` throws; ``begin()`` likewise.
  public func run<Result>(
    _ body: (Transaction) async throws -> Result
  ) async throws -> Result {
    let transaction = try await begin()
    let result: Result
    do { result = try await body(transaction) } catch {
      await transaction.giveUp()
      throw error
    }
    try await transaction.commit()
    return result
  }

  /// Begins a transaction. The first time it ends what an earlier producer of the id has left open,
  /// and shuts that out.
  ///
  /// - Throws: `.fenced` where another producer has begun with the id since;
  ///   `.invalidTransactionState` while a transaction is open; `.invalidArgument` for a timeout
  ///   above the log's; `.unavailable` where the coordinator can't be asked; `.closed`.
  public func begin() async throws(VarveError) -> Transaction {
    let session = session
    if let identity = session.beginAtOnce() {
      core.begin(as: identity)
    } else {
      let identity = try await Patience.shielding { (patience) throws(VarveError) in
        try await session.begin(patience)
      }
      core.begin(as: identity)
    }
    return Transaction(of: self)
  }

  /// Ends the producer; a transaction that is open is aborted. Closing twice does nothing.
  public func close() async {
    core.endTaking()
    let (core, session) = (core, session)
    // Where the abort fails the coordinator does it, when the transaction's time is over or the id
    // begins anew.
    try? await Patience.shielding { (patience) throws(VarveError) in
      defer { session.close() }
      await core.flushed()
      guard session.isOpen else { return }
      try await session.end(commits: false, isEmpty: false, patience)
    }
  }
}

extension Varve {
  /// The transactions of a producer. Nothing is asked of the log before the first one is begun.
  ///
  /// - Parameters:
  ///   - id: the transactional id: one for each producer that runs at once, the same after a
  ///     restart.
  ///   - options: how it produces.
  /// - Throws: `.invalidArgument` for an empty id, or options out of their range; `.readOnly`.
  public func transactions(
    _ id: String, options: Transactions.Options = Transactions.Options()
  ) throws(VarveError) -> Transactions {
    let transactions = try Transactions(id, options: options, of: self)
    keep(transactions)
    return transactions
  }
}
