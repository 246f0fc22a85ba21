internal import VarveCoordination

extension GroupConfigTable {
  /// What makes a share group a queue: where a group sets none of it, it is Kafka's.
  static let queues: [TopicConfigDefinition] = [
    .init(
      "errors.deadletterqueue.topic.name", .string, "", .none,
      "The topic that records are copied to which the group gives up; none where it is empty "
        + "(KIP-1191)."),
    .init(
      "varve.deduplication.ids.max", .long, "1000000", .atLeast(1),
      "How many varve.message.ids of a partition are remembered at most, which take up to 130 "
        + "bytes of memory each: the oldest are forgotten first, and counted."),
    .init(
      "varve.deduplication.window.ms", .long, "0", .atLeast(0),
      "For how long after a message others with the same varve.message.id are left out; 0 for not "
        + "at all."),
    .init(
      "varve.priority.order", .string, "strict", .oneOf(["strict", "weighted"]),
      "Whether records of a lower varve.priority wait until there is none of a higher one, or come "
        + "less often."),
    .init(
      "varve.queue.enable", .boolean, "false", .none,
      "Whether headers of records say when, for how long and before which others they are "
        + "delivered."),
    .init(
      "varve.retry.backoff", .string, "fixed",
      .oneOf(RetryBackoff.Kind.allCases.map(\.rawValue).sorted()),
      "How the delay of a record that was released grows with its deliveries."),
    .init(
      "varve.retry.delay.max.ms", .long, "3600000", .atLeast(0),
      "The most that a record that was released is held back."),
    .init(
      "varve.retry.delay.ms", .long, "0", .atLeast(0),
      "How long a record is held back that was released after its first delivery."),
    .init(
      "varve.trace.enable", .boolean, "false", .none,
      "Whether what happens to the group's records, each delivery say, is written down in "
        + "__varve_trace, where varve trace finds it."),
    .init(
      "varve.ttl.ms", .long, "-1", .atLeast(-1),
      "For how long after its timestamp a record without varve.ttl.ms or varve.expires.at may be "
        + "delivered; -1 for ever."),
  ]
}
