public import Varve

/// Sends requests to a topic, and gives each its own reply, in whatever order they come.
///
/// ```swift
/// let prices = try await varve.requests(
///   to: "prices", repliesIn: "price-replies", requests: .text, replies: .text)
/// let price = try await prices.reply(to: "apples", within: .seconds(30))
/// ```
///
/// Any number of tasks may ask at once. Who answers may be another process, and any client that
/// copies a request's `varve.correlation.id` to a record in the topic and partition that its
/// `varve.reply.to` names; see ``QueueHeaders``.
///
/// A client reads one partition of the topic of replies, from its end when the client was made.
/// Several clients may share it. A reply that comes after its deadline, or a second time, is
/// dropped and counted in ``lateReplyCount``.
public final class RequestClient<Request: Sendable, Reply: Sendable>: Sendable {
  /// The topic that is asked.
  public let topic: String
  /// Where replies come.
  public let replyPartition: TopicPartition
  private let requests: ValueCoding<Request>
  private let replies: ValueCoding<Reply>
  private let options: RequestOptions
  private let producer: Producer
  private let consumer: Consumer
  private let pending: PendingReplies
  private let name: String

  init(
    _ topic: String, _ replyPartition: TopicPartition, _ requests: ValueCoding<Request>,
    _ replies: ValueCoding<Reply>, _ options: RequestOptions, _ producer: Producer,
    _ consumer: Consumer
  ) {
    self.topic = topic
    self.replyPartition = replyPartition
    self.requests = requests
    self.replies = replies
    self.options = options
    self.producer = producer
    self.consumer = consumer
    let pending = PendingReplies()
    let name = String(UInt128.random(in: .min ... .max), radix: 36)
    self.pending = pending
    self.name = name
    Task { await Self.follow(consumer, as: name, pending) }
  }

  deinit { consumer.close() }

  /// The replies that came after their deadline, or a second time.
  public var lateReplyCount: Int { pending.lateCount }

  /// Sends a request and waits for its reply.
  ///
  /// - Parameters:
  ///   - request: what is asked.
  ///   - key: requests of one key are handled in the order in which they were sent.
  ///   - time: how long to wait; nil for what the client's options say. Whoever answers does not
  ///     begin with a request whose time is over.
  ///   - headers: more headers of the request.
  /// - Throws: `.deadlineExceeded`; `.requestFailed`, with the ``RequestFailure`` as its cause,
  ///   where the one who was asked says that it cannot answer; `.coding`; `.cancelled`; `.closed`;
  ///   `.log`.
  public func reply(
    to request: Request, key: String? = nil, within time: Duration? = nil, headers: [Header] = []
  ) async throws(QueueError) -> Reply {
    let time = time ?? options.replyTime
    guard time > .zero else {
      throw QueueError(.invalidArgument, "the time for a reply must be above 0, not \(time)")
    }
    let bytes = try requests.bytes(of: request)
    let number = try pending.open()
    let deadline = ContinuousClock.now.advanced(by: time)
    do throws(VarveError) {
      try await producer.send(
        topic, key: key, value: bytes, headers: headers + requestHeaders(number, time))
    } catch {
      pending.forget(number)
      throw QueueError(error)
    }
    return try decoded(try await outcome(of: number, by: deadline, time))
  }

  private func requestHeaders(_ number: Int, _ time: Duration) -> [Header] {
    let now = options.time.now.rawValue
    let (deadline, isEndless) = now.addingReportingOverflow(time.milliseconds)
    return [
      Header(QueueHeaders.correlationID, "\(name)-\(number)"),
      Header(QueueHeaders.replyTo, "\(ReplyAddress(replyPartition))"),
    ] + (isEndless ? [] : [Header(QueueHeaders.deadline, "\(deadline)")])
  }

  private func outcome(
    of number: Int, by deadline: ContinuousClock.Instant, _ time: Duration
  ) async throws(QueueError) -> Record {
    let pending = pending
    let timer = Task {
      try await ContinuousClock().sleep(until: deadline)
      pending.decide(
        number, .failure(QueueError(.deadlineExceeded, "no reply came within \(time)")))
    }
    defer { timer.cancel() }
    return try await withTaskCancellationHandler {
      await pending.outcome(of: number)
    } onCancel: {
      pending.decide(number, .failure(.cancelled("a reply")))
    }.get()
  }

  private func decoded(_ record: Record) throws(QueueError) -> Reply {
    if let code = record.header(QueueHeaders.failure) {
      let failure = RequestFailure(code.description, record.text ?? "")
      throw QueueError(.requestFailed, "the request failed: \(failure)", cause: failure)
    }
    return try replies.value(
      from: record.value ?? ByteSlice(), of: "the reply at \(replyPartition), \(record.offset)")
  }

  /// Ends the client: whoever waits gets `.closed`.
  public func close() async throws(QueueError) {
    pending.end(.closed("the client of '\(topic)'"))
    consumer.close()
    do { try await producer.close() } catch { throw QueueError(error) }
  }

  /// Hands out replies until the consumer is closed or fails.
  private static func follow(
    _ consumer: Consumer, as name: String, _ pending: PendingReplies
  ) async {
    do {
      for try await batch in consumer.batches {
        for record in batch {
          guard let id = record.header(QueueHeaders.correlationID)?.description,
            id.hasPrefix("\(name)-"), let number = Int(id.dropFirst(name.utf8.count + 1))
          else { continue }
          pending.arrive(record, for: number)
        }
      }
      pending.end(.closed("the client"))
    } catch { pending.end(QueueError(error)) }
  }
}
