internal import Synchronization
internal import VarveBase
internal import VarveClient
internal import VarveProtocol

/// An engine behind Kafka's wire protocol: a Varve broker, or a Kafka cluster of any size.
///
/// The messages and the batches are those that the engine in this process has too, so that this is
/// our own client over `VarveProtocol`'s coders. A finished client library would hide just these:
/// librdkafka takes and gives single records, and keeps batches, leaders and transactions to
/// itself.
final class RemoteCluster: Cluster {
  let brokers: RemoteBrokers
  let time: any TimeSource = SystemTime()
  private let started = ContinuousClock.now
  private let version = Atomic(0)
  private let routes = Mutex<[TopicID: RemoteTopic]>([:])
  private let refreshing = Mutex<Set<TopicName>>([])
  let watcher: RecordWatcher
  let shareMembers = RemoteShareMembers()

  /// A cluster that is asked for nothing yet. Throws `.invalidArgument` for addresses that cannot
  /// be read.
  init(_ addresses: String, options: Varve.ConnectOptions) throws(VarveError) {
    try options.check()
    let bootstrap: [BrokerAddress]
    do throws(ClientError) { bootstrap = try BrokerAddress.list(addresses) } catch {
      throw VarveError(error)
    }
    brokers = try RemoteBrokers(bootstrap, options: options)
    watcher = RecordWatcher(brokers)
  }

  /// Finds the brokers. Throws where none of the addresses answers.
  func reach() async throws(VarveError) {
    do throws(ClientError) {
      for _ in 1..<brokers.bootstrapCount {
        do throws(ClientError) { return _ = try await brokers.refresh([]) } catch {
          guard error.code == .unreachable else { throw error }
        }
      }
      try await brokers.refresh([])
    } catch {
      close()
      throw VarveError(error)
    }
  }

  /// Other clients' changes are not told: what is known of topics is old after a while.
  var topicsVersion: Int {
    let age = (ContinuousClock.now - started) / brokers.options.metadataAge
    return version.load(ordering: .acquiring) + Int(min(age, 1e15))
  }

  func topicsChanged() { version.wrappingAdd(1, ordering: .acquiringAndReleasing) }

  func groups() -> any GroupClient { RemoteGroups(brokers: brokers) }

  func transactions() -> any TransactionClient { RemoteTransactions(brokers: brokers) }

  func shares() -> any ShareEngine { RemoteShares(cluster: self) }

  func close() {
    brokers.close()
    watcher.close()
    shareMembers.close()
  }

  // MARK: Topics and their partitions

  func route(to topic: String) async throws(VarveError) -> TopicRoute {
    let name = try TopicName(named: topic)
    return try await persistently(about: name) { () throws(VarveError) in
      let found = try await self.find(name)
      let rules = try await self.rules(of: name)
      return self.keep(name, found, rules)
    }
  }

  func knownRoute(to topic: String) throws(VarveError) -> TopicRoute? {
    let name = try TopicName(named: topic)
    guard let found = brokers.topic(name) else { return nil }
    return routes.withLock { routes in
      routes[found.id].map { $0.route(partitions: found.leaders.count, of: self) }
    }
  }

  /// Makes the way to a topic known.
  @discardableResult
  func keep(
    _ name: TopicName, _ found: RemoteMetadata.Topic, _ rules: RecordRules
  ) -> TopicRoute {
    routes.withLock { routes in
      let topic = routes[found.id] ?? RemoteTopic(name: name, id: found.id)
      topic.rules = rules
      routes[found.id] = topic
      return topic.route(partitions: found.leaders.count, of: self)
    }
  }

  /// A topic as the cluster has it now. Throws `.unknownTopicOrPartition`; `.unavailable` while
  /// partitions have no leader.
  func find(_ name: TopicName) async throws(VarveError) -> RemoteMetadata.Topic {
    let response: MetadataResponse
    do throws(ClientError) { response = try await brokers.refresh([name]) } catch {
      throw VarveError(error)
    }
    let code = response.topics.first { $0.name == name.description }?.errorCode ?? .none
    guard code == .none else {
      throw code == .unknownTopicOrPartition
        ? VarveError(.unknownTopicOrPartition, "there is no topic '\(name)'")
        : VarveError(refusing: "topic '\(name)' cannot be had", code)
    }
    guard let topic = brokers.topic(name) else {
      throw VarveError(.badAnswer, "topic '\(name)': its partitions are not numbered from 0")
    }
    return topic
  }

  /// Asks for a topic's leaders in the background.
  func refreshLater(_ topic: TopicName) {
    let isFirst = refreshing.withLock { $0.insert(topic).inserted }
    guard isFirst else { return }
    Task {
      // What is wrong shows when the topic is used.
      _ = try? await self.brokers.refresh([topic])
      self.refreshing.withLock { _ = $0.remove(topic) }
    }
  }

  /// Runs what may be repeated until it succeeds, fails for good, or was tried often enough.
  func persistently<Result: Sendable>(
    about topic: TopicName? = nil, _ body: () async throws(VarveError) -> Result
  ) async throws(VarveError) -> Result {
    var attempts = Attempts()
    while true {
      do throws(VarveError) { return try await body() } catch {
        guard error.code == .unavailable, !brokers.isClosed, attempts.next() else { throw error }
        try await attempts.pause()
        // What is wrong shows in the next attempt.
        if let topic { _ = try? await brokers.refresh([topic]) }
      }
    }
  }
}

/// What the partitions of a topic share.
final class RemoteTopic: Sendable {
  let name: TopicName
  let id: TopicID
  private let current = Mutex(RecordRules())

  init(name: TopicName, id: TopicID) {
    self.name = name
    self.id = id
  }

  /// As they were when the route was last asked for.
  var rules: RecordRules {
    get { current.withLock { $0 } }
    set { current.withLock { $0 = newValue } }
  }

  func route(partitions: Int, of cluster: RemoteCluster) -> TopicRoute {
    TopicRoute(
      name: name, id: id,
      partitions: (0..<Int32(partitions)).map { index in
        RemotePartition(TopicPartition(topic: name, partition: index), of: self, cluster)
      })
  }
}
