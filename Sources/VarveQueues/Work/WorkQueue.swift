public import Varve

/// Jobs in a topic, each handled by one of any number of workers.
///
/// ```swift
/// let mails = try await varve.workQueue("mails", jobs: .codable(JSONEncoder(), JSONDecoder()))
/// try await mails.enqueue(Mail(to: "ada@example.org"), options: .init(delay: .seconds(60)))
/// try await mails.work(concurrency: 8) { mail, job in try await send(mail) }
/// ```
///
/// A worker that returns is done with its job; one that throws gives it back, to be tried again
/// after the queue's retry delay; one that dies loses its lock, and another gets the job. A job
/// that was tried as often as the queue allows goes to the dead letters, the topic `NAME.dead`,
/// with the reason and where it came from.
///
/// The queue is a share group with the name of its topic: any client of Kafka's protocol can put
/// jobs in with the headers of ``QueueHeaders``, and take them out as a share consumer.
public struct WorkQueue<Job: Sendable>: Sendable {
  /// Of its topic and of its group.
  public let name: String
  public let deadLetters: String
  let jobs: ValueCoding<Job>
  let varve: Varve
  let producer: Producer

  /// Puts a job in, and returns once the log has it. The receipt of one with a
  /// ``EnqueueOptions/messageID`` says whether it is a copy; one without a key has the id as its
  /// key, so that copies come in one partition.
  ///
  /// Throws `.invalidArgument` for a priority out of range or a time-to-live that is over,
  /// `.coding` for a job that cannot be encoded, `.log` where it was not written, `.unknownOutcome`
  /// where it was and only that is not known whether it is a copy.
  @discardableResult
  public func enqueue(
    _ job: Job, options: EnqueueOptions = EnqueueOptions()
  ) async throws(QueueError) -> EnqueueReceipt {
    let headers = try options.recordHeaders()
    let value = try jobs.bytes(of: job)
    let receipt: RecordReceipt
    do throws(VarveError) {
      receipt = try await producer.send(
        name, key: options.key ?? options.messageID, value: value, headers: headers)
    } catch { throw QueueError(.log, "the job was not enqueued: \(error)", cause: error) }
    guard options.messageID != nil else { return EnqueueReceipt(receipt, first: nil) }
    do throws(VarveError) {
      let first = try await varve.first(ofCopy: receipt, in: name)
      return EnqueueReceipt(receipt, first: first)
    } catch {
      throw QueueError(
        .unknownOutcome, "the job was enqueued; whether it is a copy is not known: \(error)",
        cause: error)
    }
  }

  /// Wakes the jobs that are parked under a token, with ``JobContext/park(_:)``: a worker may have
  /// them at once. Returns how many they were; 0 where nothing is parked under it, or not yet.
  ///
  /// Throws `.invalidArgument` for a token that is not of 1 to 249 bytes, `.log` where it failed.
  @discardableResult
  public func unpark(_ token: String) async throws(QueueError) -> Int {
    do throws(VarveError) { return try await varve.unpark(token, in: name) } catch {
      throw QueueError(error)
    }
  }

  /// How many jobs there are, and what became of those before them.
  public func depth() async throws(QueueError) -> QueueDepth {
    do throws(VarveError) {
      return QueueDepth(try await varve.shareProgress(of: name))
    } catch { throw QueueError(.log, "the queue's depth is not known: \(error)", cause: error) }
  }

  /// Sends what is on its way. Workers are stopped by cancelling their tasks.
  public func close() async throws(QueueError) {
    do throws(VarveError) { try await producer.close() } catch {
      throw QueueError(.log, "jobs may not have been enqueued: \(error)", cause: error)
    }
  }
}

/// When, and before which others, a job is handled.
public struct EnqueueOptions: Sendable {
  /// 0 to 31; higher ones come first.
  public var priority = 0
  /// Not to be handled before; nil for at once. A time that has passed is at once.
  public var deliverAt: Timestamp?
  /// Not to be handled before so long from now.
  public var delay: Duration?
  /// How long the job is worth handling, from now on; nil for what the queue says.
  public var timeToLive: Duration?
  /// Another job with the same id within the queue's window is left out, in the same partition.
  public var messageID: String?
  /// Which jobs are together in a partition. Copies of a message need the same key, or none.
  public var key: String?
  public var headers: [Header] = []

  public init(
    priority: Int = 0, deliverAt: Timestamp? = nil, delay: Duration? = nil,
    timeToLive: Duration? = nil, messageID: String? = nil, key: String? = nil
  ) {
    self.priority = priority
    self.deliverAt = deliverAt
    self.delay = delay
    self.timeToLive = timeToLive
    self.messageID = messageID
    self.key = key
  }

  func recordHeaders() throws(QueueError) -> [Header] {
    guard (0..<32).contains(priority) else {
      throw QueueError(.invalidArgument, "priority \(priority) is not from 0 to 31")
    }
    if let timeToLive, timeToLive <= .zero {
      throw QueueError(
        .invalidArgument, "a job with a time-to-live of \(timeToLive) would never be handled")
    }
    var all = headers
    func add(_ name: String, _ value: String?) {
      if let value { all.append(Header(name, value)) }
    }
    add(QueueHeaders.priority, priority == 0 ? nil : "\(priority)")
    add(QueueHeaders.deliverAt, deliverAt.map { "\(max($0.rawValue, 0))" })
    add(QueueHeaders.delay, delay.map { "\(max($0.wholeMilliseconds, 0))" })
    add(QueueHeaders.timeToLive, timeToLive.map { "\($0.wholeMilliseconds)" })
    add(QueueHeaders.messageID, messageID)
    return all
  }
}

extension Duration {
  /// Rounded up.
  var wholeMilliseconds: Int64 {
    let (seconds, attoseconds) = components
    return seconds * 1_000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
  }
}
