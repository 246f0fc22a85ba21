/// Kafka's configs of a server that Varve does not have.
///
/// Those that would change nothing a client sees are passed over with a word about it, so that a
/// `server.properties` of Kafka's can be used as it is. Those whose meaning would be lost, to the
/// harm of somebody who counts on it, are refused.
package enum ForeignServerConfigs {
  /// Why a config is passed over, by name.
  package static let ignored: [String: String] = {
    var ignored: [String: String] = [:]
    for (reason, names) in groups {
      for name in names { ignored[name] = reason }
    }
    return ignored
  }()

  /// Why a config cannot be had; nil where nothing is known of the name.
  static func refusal(of name: String) -> String? {
    refusals.first { name.hasPrefix($0.prefix) }?.reason
  }

  private static let plugin = "classes of Java cannot be loaded: take the line out"
  private static let security =
    "this part of Kafka's security is not here: take the line out, and keep the listener where "
    + "only those reach it who may"

  private static let refusals: [(prefix: String, reason: String)] = [
    ("alter.config.policy.class", plugin), ("create.topic.policy.class", plugin),
    ("client.quota.callback.class", plugin), ("principal.builder.class", plugin),
    ("authorizer.", security), ("super.users", security), ("allow.everyone.if.no.acl", security),
    ("ssl.", security), ("sasl.", security), ("security.", security), ("listener.name.", security),
    ("delegation.token.", security),
    ("log.dir", "Varve keeps one directory, which log.dirs or --at names"),
  ]

  private static let groups: [(reason: String, names: [String])] = [
    ("there is one server, which is its own controller", alone),
    ("there is one replica", replication),
    ("a loop for each core does that", threads),
    ("Varve has no such step to adjust", steps),
    ("metrics are not Java's here", metrics),
    ("there is no tiered storage", tiers),
    ("share groups have no such step to adjust here", shares),
  ]

  private static let alone = [
    "broker.heartbeat.interval.ms", "broker.id", "broker.id.generation.enable", "broker.rack",
    "broker.session.timeout.ms", "control.plane.listener.name", "controlled.shutdown.enable",
    "controlled.shutdown.max.retries", "controlled.shutdown.retry.backoff.ms",
    "controller.performance.always.log.threshold.ms", "controller.performance.sample.period.ms",
    "controller.quorum.append.linger.ms", "controller.quorum.auto.join.enable",
    "controller.quorum.bootstrap.servers", "controller.quorum.election.backoff.max.ms",
    "controller.quorum.election.timeout.ms", "controller.quorum.fetch.timeout.ms",
    "controller.quorum.request.timeout.ms", "controller.quorum.retry.backoff.ms",
    "controller.quorum.voters", "controller.quota.window.num",
    "controller.quota.window.size.seconds", "controller.socket.timeout.ms", "early.start.listeners",
    "initial.broker.registration.timeout.ms", "inter.broker.listener.name",
    "inter.broker.protocol.version", "leader.imbalance.check.interval.seconds",
    "leader.imbalance.per.broker.percentage", "metadata.log.dir",
    "metadata.log.max.record.bytes.between.snapshots", "metadata.log.max.snapshot.interval.ms",
    "metadata.log.segment.bytes", "metadata.log.segment.min.bytes", "metadata.log.segment.ms",
    "metadata.max.idle.interval.ms", "metadata.max.retention.bytes", "metadata.max.retention.ms",
    "node.id", "process.roles", "request.timeout.ms", "reserved.broker.max.id",
    "server.max.startup.time.ms", "zookeeper.connect", "zookeeper.connection.timeout.ms",
    "zookeeper.max.in.flight.requests", "zookeeper.metadata.migration.enable",
    "zookeeper.session.timeout.ms", "zookeeper.set.acl",
  ]

  private static let replication = [
    "auto.leader.rebalance.enable", "default.replication.factor", "eligible.leader.replicas.enable",
    "follower.fetch.last.tiered.offset.enable", "follower.replication.throttled.rate",
    "leader.replication.throttled.rate", "num.replica.alter.log.dirs.threads",
    "num.replica.fetchers", "offsets.commit.required.acks", "offsets.topic.replication.factor",
    "replica.alter.log.dirs.io.max.bytes.per.second", "replica.fetch.backoff.ms",
    "replica.fetch.max.bytes", "replica.fetch.min.bytes", "replica.fetch.response.max.bytes",
    "replica.fetch.wait.max.ms", "replica.high.watermark.checkpoint.interval.ms",
    "replica.lag.time.max.ms", "replica.selector.class", "replica.socket.receive.buffer.bytes",
    "replica.socket.timeout.ms", "replication.quota.window.num",
    "replication.quota.window.size.seconds", "alter.log.dirs.replication.quota.window.num",
    "alter.log.dirs.replication.quota.window.size.seconds", "transaction.state.log.min.isr",
    "transaction.state.log.replication.factor",
  ]

  private static let threads = [
    "background.threads", "group.coordinator.threads",
    "log.cleaner.threads", "log.dir.failure.timeout.ms", "max.connection.creation.rate",
    "num.io.threads", "num.recovery.threads.per.data.dir", "queued.max.requests",
    "share.coordinator.threads", "socket.connection.setup.timeout.max.ms",
    "socket.connection.setup.timeout.ms", "socket.listen.backlog.size",
    "socket.receive.buffer.bytes", "socket.send.buffer.bytes",
  ]

  private static let steps = [
    "add.partitions.to.txn.retry.backoff.max.ms", "add.partitions.to.txn.retry.backoff.ms",
    "fetch.max.bytes", "fetch.purgatory.purge.interval.requests",
    "delete.records.purgatory.purge.interval.requests",
    "group.consumer.max.heartbeat.interval.ms", "group.consumer.max.session.timeout.ms",
    "group.consumer.min.heartbeat.interval.ms", "group.consumer.min.session.timeout.ms",
    "group.consumer.regex.refresh.interval.ms", "group.coordinator.append.linger.ms",
    "group.coordinator.cached.buffer.max.bytes", "group.coordinator.new.enable",
    "group.coordinator.rebalance.protocols", "log.cleaner.dedupe.buffer.size", "log.cleaner.enable",
    "log.cleaner.io.buffer.load.factor", "log.cleaner.io.buffer.size",
    "log.cleaner.io.max.bytes.per.second", "log.flush.start.offset.checkpoint.interval.ms",
    "log.initial.task.delay.ms", "log.message.downconversion.enable", "log.message.format.version",
    "log.message.timestamp.difference.max.ms", "max.incremental.fetch.session.cache.slots",
    "max.request.partition.size.limit", "offsets.commit.timeout.ms", "offsets.load.buffer.size",
    "offsets.topic.compression.codec", "producer.id.expiration.check.interval.ms",
    "producer.id.expiration.ms", "producer.purgatory.purge.interval.requests",
    "transaction.abort.timed.out.transaction.cleanup.interval.ms",
    "transaction.partition.verification.enable",
    "transaction.remove.expired.transaction.cleanup.interval.ms",
    "transaction.state.log.load.buffer.size", "transaction.two.phase.commit.enable",
    "unstable.api.versions.enable", "unstable.feature.versions.enable", "quota.window.num",
    "quota.window.size.seconds", "sasl.oauthbearer.jwks.endpoint.refresh.ms",
    "sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms",
    "sasl.oauthbearer.jwks.endpoint.retry.backoff.ms",
  ]

  private static let metrics = [
    "auto.include.jmx.reporter", "kafka.metrics.polling.interval.secs", "kafka.metrics.reporters",
    "metric.reporters", "metrics.num.samples", "metrics.recording.level",
    "metrics.sample.window.ms",
  ]

  private static let tiers = [
    "remote.fetch.max.wait.ms",
    "remote.list.offsets.request.timeout.ms", "remote.log.index.file.cache.total.size.bytes",
    "remote.log.manager.copier.thread.pool.size",
    "remote.log.manager.copy.max.bytes.per.second", "remote.log.manager.copy.quota.window.num",
    "remote.log.manager.copy.quota.window.size.seconds",
    "remote.log.manager.expiration.thread.pool.size",
    "remote.log.manager.fetch.max.bytes.per.second", "remote.log.manager.fetch.quota.window.num",
    "remote.log.manager.fetch.quota.window.size.seconds",
    "remote.log.manager.follower.thread.pool.size", "remote.log.manager.task.interval.ms",
    "remote.log.manager.task.retry.backoff.max.ms", "remote.log.manager.task.retry.backoff.ms",
    "remote.log.manager.task.retry.jitter", "remote.log.manager.thread.pool.size",
    "remote.log.metadata.custom.metadata.max.bytes",
    "remote.log.metadata.manager.class.name", "remote.log.metadata.manager.class.path",
    "remote.log.metadata.manager.impl.prefix", "remote.log.metadata.manager.listener.name",
    "remote.log.reader.max.pending.tasks", "remote.log.reader.threads",
    "remote.log.storage.manager.class.name", "remote.log.storage.manager.class.path",
    "remote.log.storage.manager.impl.prefix", "remote.log.storage.system.enable",
  ]

  private static let shares = [
    "group.share.assignors", "group.share.enable",
    "group.share.max.share.sessions",
    "share.coordinator.append.linger.ms", "share.coordinator.cold.partition.snapshot.interval.ms",
    "share.coordinator.load.buffer.size", "share.coordinator.snapshot.update.records.per.snapshot",
    "share.coordinator.state.topic.compression.codec", "share.coordinator.state.topic.min.isr",
    "share.coordinator.state.topic.prune.interval.ms",
    "share.coordinator.state.topic.replication.factor",
    "share.coordinator.write.timeout.ms",
    "share.fetch.purgatory.purge.interval.requests",
  ]
}
