internal import VarveBase

extension Varve {
  /// A consumer of a share group: see ``ShareConsumer``. The group begins where its
  /// ``GroupConfig/begins(withFirstRecord:)`` says, once, whoever asks first.
  ///
  /// Throws `.unknownTopicOrPartition`, `.invalidGroup`.
  public func shareConsumer(
    group: String, topics: [String], options: ShareConsumer.Options = ShareConsumer.Options()
  ) async throws(VarveError) -> ShareConsumer {
    guard !group.isEmpty else { throw VarveError(.invalidGroup, "the group's name is empty") }
    guard options.recordsMax > 0, options.bytesMax > 0 else {
      throw VarveError(.invalidArgument, "recordsMax and bytesMax must be above 0")
    }
    let engine = try cluster.shares()
    var partitions: [TopicPartition] = []
    for topic in topics { partitions += try await cluster.route(to: topic).partitions.map(\.id) }
    var generator = SystemRandomNumberGenerator()
    return ShareConsumer(
      engine, group: group, memberID: TopicID(using: &generator).description,
      partitions: partitions, options: options)
  }

  /// Sets configs of a group: all or none. A group has them before it is there, and keeps them when
  /// it is gone.
  ///
  /// Throws `.invalidConfig`, `.readOnly`.
  public func configureGroup(
    _ group: String, _ configs: [GroupConfig]
  ) async throws(VarveError) {
    try await cluster.shares().configure(group, set: configs)
  }

  /// For how long a record is its consumer's in a share group.
  public func shareLockDuration(of group: String) async throws(VarveError) -> Duration {
    try await cluster.shares().lockDuration(of: group)
  }

  /// Where a share group is in its partitions: those that it has begun with.
  public func shareProgress(of group: String) async throws(VarveError) -> [SharedPartition] {
    try await cluster.shares().progress(of: group)
  }

  /// Wakes what a share group has parked under a token, with ``ShareAcknowledgement/park(token:)``:
  /// consumers may have it at once. Returns how many records there were. A token that nothing is
  /// parked under wakes none, and is not kept for what is parked later: so a consumer parks its
  /// record before it begins what calls this.
  ///
  /// Throws `.invalidArgument` for a token that is empty or longer than 249 bytes.
  @discardableResult
  public func unpark(_ token: String, in group: String) async throws(VarveError) -> Int {
    try ParkToken.check(token)
    return try await cluster.shares().unpark(token, in: group)
  }

  /// The offset of the message that a record is a copy of, by its id, for a share group; nil where
  /// it is none.
  package func first(
    ofCopy receipt: RecordReceipt, in group: String
  ) async throws(VarveError) -> Offset? {
    try await cluster.shares().first(
      ofCopyAt: receipt.offset, in: receipt.partition, group: group)
  }
}
