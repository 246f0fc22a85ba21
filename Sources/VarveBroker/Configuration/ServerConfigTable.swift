internal import VarveBase

extension ServerConfigDefinition {
  /// Every config that a server acts on, by name: those of its own, and those that topics inherit.
  package static let all: [ServerConfigDefinition] = {
    let inherited = TopicConfigDefinition.all.flatMap { definition in
      definition.synonyms.map { ServerConfigDefinition($0, of: definition) }
    }
    return (network + security + topics + groups + shareGroups + transactions + inherited).sorted {
      $0.name < $1.name
    }
  }()

  /// The definition of a name, nil where there is none.
  package static func named(_ name: String) -> ServerConfigDefinition? { byName[name] }

  private static let byName = Dictionary(all.map { ($0.name, $0) }) { first, _ in first }

  private static let network: [ServerConfigDefinition] = [
    .init(
      "advertised.listeners", .list, nil, .none,
      "What clients are told to connect to; by default where they reached the server."),
    .init(
      "connections.max.idle.ms", .long, "600000", .atLeast(1),
      "How long a connection may be silent before it is closed."),
    .init(
      "controller.listener.names", .list, nil, .none,
      "The listeners that are for controllers only: there are none of those here, so they are "
        + "left closed."),
    .init(
      "listener.security.protocol.map", .list,
      "PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL", .none,
      "The protocol of each listener, by the listener's name."),
    .init(
      "listeners", .list, "PLAINTEXT://127.0.0.1:9092", .none,
      "Where the server listens: NAME://HOST:PORT, or HOST:PORT."),
    .init(
      "log.dirs", .list, nil, .none,
      "The directory of the log: one."),
    .init(
      "max.connections", .int, "20000", .atLeast(0), "The most connections at a time."),
    .init(
      "max.connections.per.ip", .int, "2147483647", .atLeast(0),
      "The most connections at a time from one address."),
    .init(
      "num.network.threads", .int, nil, .atLeast(1),
      "Threads that serve connections; by default one for each processor core."),
    .init(
      "queued.max.request.bytes", .long, "67108864", .atLeast(-1),
      "The memory that large requests of all clients may take while they come in; -1: no limit."),
    .init(
      "socket.request.max.bytes", .int, "104857600", .atLeast(1), "The largest request."),
    .init(
      "telemetry.max.bytes", .int, "1048576", .atLeast(1),
      "The most bytes of metrics that a client may push at once, compressed or not."),
    .init(
      "varve.allow.anonymous", .boolean, "false", .none,
      "Whether everybody is let in who reaches a listener that other machines reach."),
    .init(
      "varve.http.listener", .string, nil, .none,
      "HOST:PORT of the second port: /metrics, /healthz and /readyz; closed by default."),
    .init(
      "varve.log.format", .string, "text", .oneOf(["text", "json"]),
      "How the server's own messages are written: a line for people, or a JSON object."),
    .init(
      "varve.log.level", .string, "notice", .oneOf(LogLevel.allCases.map(\.rawValue)),
      isDynamic: true, "The least level of the server's own messages."),
    .init(
      "varve.drain.ms", .long, "5000", .atLeast(0),
      "How long requests that were begun may take once the server is asked to end."),
  ]

  private static let topics: [ServerConfigDefinition] = [
    .init(
      "auto.create.topics.enable", .boolean, "true", .none, isDynamic: true,
      "Whether a topic is created when a client first asks for it."),
    .init(
      "delete.topic.enable", .boolean, "true", .none, isDynamic: true,
      "Whether clients may delete topics."),
    .init(
      "log.cleaner.backoff.ms", .long, "15000", .atLeast(0), isDynamic: true,
      "The time between two looks at what is to be compacted."),
    .init(
      "log.flush.offset.checkpoint.interval.ms", .int, "60000", .atLeast(0), isDynamic: true,
      "The time between two notes of where a start after a crash begins to check."),
    .init(
      "log.retention.check.interval.ms", .long, "300000", .atLeast(1), isDynamic: true,
      "The time between two looks at what retention removes."),
    .init(
      "num.partitions", .int, "1", .atLeast(1), isDynamic: true,
      "The partitions of a topic that is created without saying how many."),
  ]

  private static let groups: [ServerConfigDefinition] = [
    .init(
      "group.consumer.assignors", .list, "uniform,range", .none,
      "The assignors of consumer groups, the default first."),
    .init(
      "group.consumer.heartbeat.interval.ms", .int, "5000", .atLeast(1),
      "The time between two heartbeats of a consumer group's member."),
    .init(
      "group.consumer.max.size", .int, "2147483647", .atLeast(1),
      "The most members of a consumer group."),
    .init(
      "group.consumer.migration.policy", .string, "bidirectional", .none,
      "Whether groups may go from the classic protocol to the consumer protocol and back: "
        + "bidirectional, upgrade, downgrade or disabled."),
    .init(
      "group.consumer.session.timeout.ms", .int, "45000", .atLeast(1),
      "How long a consumer group's member may be silent."),
    .init(
      "group.initial.rebalance.delay.ms", .int, "3000", .atLeast(0),
      "How long the first rebalance of a classic group waits for more members."),
    .init(
      "group.max.session.timeout.ms", .int, "1800000", .atLeast(1),
      "The longest session timeout that a classic member may ask for."),
    .init(
      "group.max.size", .int, "2147483647", .atLeast(1), "The most members of a classic group."),
    .init(
      "group.min.session.timeout.ms", .int, "6000", .atLeast(1),
      "The shortest session timeout that a classic member may ask for."),
    .init(
      "offset.metadata.max.bytes", .int, "4096", .atLeast(1),
      "The most metadata that a committed offset may carry."),
    .init(
      "offsets.retention.check.interval.ms", .long, "600000", .atLeast(1),
      "The time between two looks at committed offsets that are to be forgotten."),
    .init(
      "offsets.retention.minutes", .int, "10080", .atLeast(1),
      "How long the offsets of a group without members are kept."),
    .init(
      "offsets.topic.num.partitions", .int, "50", .atLeast(1),
      "The partitions of __consumer_offsets, once it is created."),
    .init(
      "offsets.topic.segment.bytes", .int, "104857600", .atLeast(1_048_576),
      "The segment.bytes of __consumer_offsets, once it is created."),
  ]

  private static let transactions: [ServerConfigDefinition] = [
    .init(
      "transaction.max.timeout.ms", .int, "900000", .atLeast(1),
      "The longest timeout that a transactional producer may ask for."),
    .init(
      "transaction.state.log.num.partitions", .int, "50", .atLeast(1),
      "The partitions of __transaction_state, once it is created."),
    .init(
      "transaction.state.log.segment.bytes", .int, "104857600", .atLeast(1_048_576),
      "The segment.bytes of __transaction_state, once it is created."),
    .init(
      "transactional.id.expiration.ms", .int, "604800000", .atLeast(1),
      "How long a transactional id without a transaction is remembered."),
  ]
}
