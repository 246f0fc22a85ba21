internal import VarveBase
internal import VarveCoordination
internal import VarveLog

extension ShareSettings {
  /// What a group's configs say.
  init(_ configuration: GroupConfiguration) {
    self.init()
    lockDuration = Int64(configuration.recordLockDuration)
    recordLocksMax = Int(configuration.partitionRecordLocksMax)
    deliveriesMax = Int16(clamping: configuration.deliveryCountLimit)
    hasDeadLetters = configuration.deadLetterTopic != nil
    isTraced = configuration[name: "varve.trace.enable"] == .boolean(true)
    queue = configuration.queue
  }
}

extension ShareScanner {
  init(_ configuration: GroupConfiguration, secret: KeyHash.Secret) {
    self.init(
      isolation: configuration.readsCommitted ? .readCommitted : .readUncommitted,
      queue: configuration.queue.map { _ in
        Queue(timeToLive: configuration.timeToLive, secret: secret)
      })
  }
}

extension GroupConfiguration {
  /// What the group has beyond Kafka's; nil where it is no queue.
  var queue: QueueSettings? {
    guard self[name: "varve.queue.enable"] == .boolean(true) else { return nil }
    var settings = QueueSettings()
    settings.backoff.kind =
      RetryBackoff.Kind(rawValue: string("varve.retry.backoff")) ?? settings.backoff.kind
    settings.backoff.delay = long("varve.retry.delay.ms")
    settings.backoff.delayMax = long("varve.retry.delay.max.ms")
    settings.weighsPriorities = string("varve.priority.order") == "weighted"
    settings.deduplicationWindow = long("varve.deduplication.window.ms")
    settings.deduplicationIDsMax = Int(clamping: long("varve.deduplication.ids.max"))
    return settings
  }

  /// Milliseconds; nil for no end.
  var timeToLive: Int64? {
    let milliseconds = long("varve.ttl.ms")
    return milliseconds < 0 ? nil : milliseconds
  }

  /// Nil for none.
  package var deadLetterTopic: String? {
    let topic = string("errors.deadletterqueue.topic.name")
    return topic.isEmpty ? nil : topic
  }

  private func string(_ name: String) -> String {
    guard case .string(let text) = self[name: name] else {
      preconditionFailure("\(name) is not text")
    }
    return text
  }

  private func long(_ name: String) -> Int64 {
    guard case .long(let number) = self[name: name] else {
      preconditionFailure("\(name) is not a number of 64 bits")
    }
    return number
  }
}
