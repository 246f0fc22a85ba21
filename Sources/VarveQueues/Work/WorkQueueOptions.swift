public import Varve

/// What a queue is made with. All of it can be changed later, by the group's configs.
public struct WorkQueueOptions: Sendable {
  public var partitions: Int32 = 1
  /// Of the topic of jobs: how long they are kept when nobody handles them, say.
  public var topicConfig: [TopicConfig] = []
  /// For how long a job is its worker's before another gets it. Workers renew it while their
  /// handler runs: see ``WorkQueue/work(concurrency:observing:_:)``.
  public var visibilityTimeout = Duration.seconds(30)
  /// How often a job is tried, 2 to 10.
  public var attemptsMax = 5
  /// How long a job that failed waits.
  public var retryDelay = Duration.zero
  public var retryGrowth = RetryGrowth.exponential
  public var retryDelayMax = Duration.seconds(3600)
  /// How long a job is worth handling that says nothing itself; nil for ever.
  public var timeToLive: Duration?
  /// Whether jobs of lower priorities are handled too while there are higher ones.
  public var weighsPriorities = false
  /// For how long after a job others with the same ``EnqueueOptions/messageID`` are left out.
  public var deduplicationWindow = Duration.zero
  /// How many ids of a partition are remembered at most, the oldest being forgotten first.
  public var messageIDsMax = 1_000_000

  /// Whether what happens to jobs is written down, for `varve trace`.
  public var isTraced = false

  public init() {}

  func configs(deadLetters: String) -> [GroupConfig] {
    var configs: [GroupConfig] = [
      .queue(), .begins(withFirstRecord: true), .lockDuration(visibilityTimeout),
      .deliveriesMax(attemptsMax), .deadLetters(deadLetters),
      .weighsPriorities(weighsPriorities), .deduplicates(within: deduplicationWindow),
      .messageIDsMax(messageIDsMax), .traces(isTraced),
    ]
    configs += GroupConfig.retryDelay(retryDelay, growing: retryGrowth, upTo: retryDelayMax)
    if let timeToLive { configs.append(.timeToLive(timeToLive)) }
    return configs
  }
}

extension Varve {
  /// Opens a queue of jobs, and makes its two topics and configures its group where `options` are
  /// given: nil leaves a queue that there is as it is.
  ///
  /// Throws `.log` where the topics cannot be made, or an option is out of its range.
  public func workQueue<Job: Sendable>(
    _ name: String, jobs: ValueCoding<Job>, options: WorkQueueOptions? = WorkQueueOptions()
  ) async throws(QueueError) -> WorkQueue<Job> {
    let deadLetters = "\(name).dead"
    do throws(VarveError) {
      if let options {
        try await createQueueTopic(name, options.partitions, options.topicConfig)
        try await createQueueTopic(deadLetters, options.partitions, [])
        try await configureGroup(name, options.configs(deadLetters: deadLetters))
      }
      return WorkQueue(
        name: name, deadLetters: deadLetters, jobs: jobs, varve: self, producer: try producer())
    } catch { throw QueueError(.log, "queue '\(name)' cannot be opened: \(error)", cause: error) }
  }

  private func createQueueTopic(
    _ name: String, _ partitions: Int32, _ config: [TopicConfig]
  ) async throws(VarveError) {
    do throws(VarveError) {
      _ = try await createTopic(name, partitions: partitions, config: config)
    } catch {
      if error.code != .topicAlreadyExists { throw error }
    }
  }
}
