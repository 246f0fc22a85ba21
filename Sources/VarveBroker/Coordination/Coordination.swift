internal import Synchronization
internal import VarveBase
internal import VarveCoordination

/// The group coordinators of a broker, and what they share.
final class Coordination: Sendable {
  let groups: CoordinatorShards<GroupCoordinator>
  let groupReplies = GroupReplies()
  private let topics = SharedImage(TopicsImage())
  private let overrides = SharedImage<[String: GroupOverrides]>([:])
  private let requestCount = Atomic<UInt64>(0)

  /// Throws where the server's configuration has a value that cannot be.
  init(
    _ server: ServerDefaults, time: any TimeSource, timer: CoordinatorTimer, logger: Logger
  ) throws(ConfigError) {
    let settings = try GroupSettings(server)
    _ = try GroupConfiguration(server: server)
    let (topics, overrides, replies) = (topics, overrides, groupReplies)
    groups = CoordinatorShards(try InternalTopic.consumerOffsets(server)) { partition in
      CoordinatorShard(
        partition, time: time, timer: timer, logger: logger,
        effects: replies.effects(of: partition.id)
      ) {
        GroupCoordinator(settings: settings, topics: topics.image, overrides: overrides.image)
      }
    }
  }

  /// Loads the coordinators of the internal topics that are there.
  func open(in broker: Broker) throws(BrokerError) {
    topics.image = broker.topicsImage
    overrides.image = broker.groupOverrides
    try groups.open(in: broker)
  }

  /// Tells the coordinators of topics that were created or deleted, or have more partitions.
  func topicsChanged(in broker: Broker) {
    let image = broker.topicsImage
    guard topics.image != image else { return }
    topics.image = image
    for shard in groups.all { shard.post { state, _ in state.topicsChanged(to: image) } }
    broker.shareShards.topicsChanged(to: image)
  }

  /// Tells the coordinators of groups whose own configs have changed.
  func groupConfigsChanged(in broker: Broker) {
    let image = broker.groupOverrides
    guard overrides.image != image else { return }
    overrides.image = image
    for shard in groups.all { shard.post { state, _ in state.overridesChanged(to: image) } }
  }

  /// Answers members that wait for others.
  func stop() {
    groupReplies.close(CoordinatorError(.coordinatorNotAvailable, "the broker was closed"))
  }

  func nextRequest() -> RequestID {
    RequestID(requestCount.add(1, ordering: .relaxed).newValue)
  }
}

/// What is known by now, for coordinators that are loaded later.
private final class SharedImage<Image: Sendable>: Sendable {
  private let state: Mutex<Image>

  init(_ image: Image) { state = Mutex(image) }

  var image: Image {
    get { state.withLock { $0 } }
    set { state.withLock { $0 = newValue } }
  }
}

extension Broker {
  var topicsImage: TopicsImage {
    TopicsImage(
      metadata.image.topics.map {
        TopicsImage.Topic(
          name: $0.name.description, id: $0.id, partitionCount: $0.partitionCount)
      })
  }

  /// Does what is due in coordinators by the broker's clock, on this thread, until nothing is: ends
  /// sessions, say. For those who have upkeep turned off; otherwise it is done when it is due.
  package func runCoordinators() { coordinatorTimer.runDue() }
}
