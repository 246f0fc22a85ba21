public import Varve

/// How a ``RequestClient`` asks.
public struct RequestOptions: Sendable {
  /// How long a reply is waited for, where the request does not say.
  public var replyTime = Duration.seconds(30)
  /// The partitions of a topic of replies that does not exist yet. Each client reads one of them.
  public var replyPartitions: Int32 = 8
  /// The configs of a topic of replies that does not exist yet. Replies are of no use to those who
  /// come later.
  public var replyConfig: [TopicConfig] = [.retention(.hours(1))]
  package var time: any TimeSource = SystemTime()

  public init() {}
}

extension Varve {
  /// A client that sends requests to a topic and waits for their replies.
  ///
  /// - Parameters:
  ///   - topic: where requests go. It exists.
  ///   - replyTopic: where replies come. It is created where there is none.
  ///   - requests: how requests become bytes.
  ///   - replies: how replies come from bytes.
  ///   - options: how the client asks.
  public func requests<Request, Reply>(
    to topic: String, repliesIn replyTopic: String, requests: ValueCoding<Request>,
    replies: ValueCoding<Reply>, options: RequestOptions = RequestOptions()
  ) async throws(QueueError) -> RequestClient<Request, Reply> {
    let details = try await openTopic(
      replyTopic, partitions: options.replyPartitions, config: options.replyConfig)
    guard let partition = details.topic.partitions.randomElement() else {
      throw QueueError(.log, "topic '\(replyTopic)' has no partition")
    }
    do throws(VarveError) {
      let consumer = try await consumer(partitions: [partition], from: .latest)
      return RequestClient(
        topic, partition, requests, replies, options, try producer(), consumer)
    } catch { throw QueueError(error) }
  }
}
