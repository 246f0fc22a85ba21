internal import Synchronization
public import VarveBase
internal import VarveBroker

/// A directory of topics, open for writing and reading: a commit log in Kafka's format inside your
/// program.
///
/// ```swift
/// let varve = try await Varve.open("data")
/// try await varve.createTopic("orders", partitions: 6, config: [.retention(.days(7))])
/// let producer = try varve.producer()
/// try await producer.send("orders", key: "c-42", value: "2 apples")
/// try await varve.close()
/// ```
///
/// A program may have several open, each of a directory of its own; they share nothing. A
/// directory has one holder at a time: for another process, or another `Varve` of this one,
/// opening throws ``VarveError/Code/locked``.
///
/// All of it may be used from any task or thread.
public final class Varve: Sendable {
  /// How a directory is opened.
  public struct Options: Sendable {
    /// What topics inherit where they do not say otherwise: names and values as in Kafka's
    /// `server.properties`, `log.retention.ms` say.
    public var serverConfig: [String: String] = [:]
    /// Told what was recovered at the start, and of upkeep that failed: a sync, a removal of old
    /// segments. Such is tried again when it is due again.
    public var logger = Logger.discarding

    public init() {}
  }

  package let cluster: any Cluster
  private let producers = WeakObjects<Producer>()
  private let consumers = WeakObjects<GroupConsumer>()
  private let transactions = WeakObjects<Transactions>()
  private let services = Mutex<[any Stoppable]>([])

  package init(_ cluster: any Cluster) { self.cluster = cluster }

  /// Opens a directory of Varve's or Kafka's data, or makes a new one where nothing is.
  ///
  /// What was not closed in order is checked, and cut back to its last whole batch: that takes
  /// about a second for each GiB that was not synced.
  ///
  /// - Throws: `.locked` while somebody else has the directory; `.foreignFile` where it holds
  ///   something else; `.corrupt` where data that was synced is damaged; what the disk said.
  public static func open(
    _ directory: String, options: Options = Options()
  ) async throws(VarveError) -> Varve {
    try Varve(directory: directory, options: options)
  }

  /// Opens a directory that another process has open, or may open, for reading only: no lock is
  /// taken and nothing is written. Readers see every record that is whole, and follow the writer
  /// within a few milliseconds.
  ///
  /// Producers and changes of topics throw ``VarveError/Code/readOnly``.
  ///
  /// - Throws: `.foreignFile` where there is no data directory; what the disk said.
  public static func openReadOnly(_ directory: String) async throws(VarveError) -> Varve {
    do {
      return Varve(FollowedCluster(try DirectoryFollower(directory), time: SystemTime()))
    } catch { throw VarveError(error) }
  }

  /// As ``open(_:options:)``, for programs without `async`; blocks the thread meanwhile.
  public convenience init(
    directory: String, options: Options = Options()
  ) throws(VarveError) {
    try self.init(directory: directory, options: options, on: LocalFileSystem())
  }

  package convenience init(
    directory: String, options: Options = Options(), on fileSystem: any FileSystem,
    time: any TimeSource = SystemTime()
  ) throws(VarveError) {
    var brokerOptions = Broker.Options()
    brokerOptions.serverConfigs = options.serverConfig
    brokerOptions.logger = options.logger
    do {
      let broker = try Broker.open(directory, on: fileSystem, time: time, options: brokerOptions)
      self.init(LocalCluster(broker, time: time))
    } catch { throw VarveError(error) }
  }

  /// Takes a server's configuration anew, as ``Options/serverConfig`` gave it. Topics inherit it at
  /// once; names that are returned changed too, and take effect at the next open only.
  ///
  /// - Throws: `.invalidConfig` for a name that is no config's, or a value that is not legal;
  ///   `.readOnly` for a log that was opened for reading only. Then nothing has changed.
  @discardableResult
  public func reconfigure(_ serverConfig: [String: String]) throws(VarveError) -> [String] {
    guard let local = cluster as? LocalCluster else {
      throw VarveError(.readOnly, "a log that was opened for reading only has no configuration")
    }
    do throws(BrokerError) { return try local.broker.reconfigure(serverConfig) } catch {
      throw VarveError(error)
    }
  }

  /// A producer, which is closed with the log if not before.
  public func producer(
    options: Producer.Options = Producer.Options()
  ) throws(VarveError) -> Producer {
    let producer = try Producer(cluster, options: options)
    producers.add(producer)
    return producer
  }

  /// Closes a consumer with the log.
  func keep(_ consumer: GroupConsumer) { consumers.add(consumer) }

  /// Ends a transactional producer with the log.
  func keep(_ transactions: Transactions) { self.transactions.add(transactions) }

  /// Stops a service with the log.
  func keep(_ service: any Stoppable) { services.withLock { $0.append(service) } }

  /// Stops the log's services, closes its group consumers, which leave their groups, aborts
  /// transactions that are open, closes producers, writing what they hold, and then the log in
  /// order: the next open is quick, whatever its size. Whoever still uses it gets `.closed`.
  /// Closing twice does nothing.
  ///
  /// A log that is let go without being closed is as one whose process crashed: nothing that was
  /// acknowledged is lost but by a loss of power, and the next open checks it.
  public func close() async throws(VarveError) {
    let running = services.withLock { services in
      defer { services = [] }
      return services
    }
    for service in running { await service.stop() }
    for member in consumers.takeAll() { await member.close() }
    for open in transactions.takeAll() { await open.close() }
    var failure: VarveError?
    for producer in producers.takeAll() {
      do { try await producer.close() } catch { failure = failure ?? error }
    }
    try await cluster.close()
    if let failure { throw failure }
  }
}

/// What serves a log to others, and is stopped before it is closed.
protocol Stoppable: AnyObject, Sendable {
  func stop() async
}
