public import Varve

/// Answers requests, one at a time or several at once.
struct RequestAnswerer<Request: Sendable, Reply: Sendable>: Sendable {
  let requests: ValueCoding<Request>
  let replies: ValueCoding<Reply>
  let options: AnswerOptions
  let producer: Producer
  let handler: @Sendable (Request, RequestContext) async throws -> Reply

  /// Answers a request. Throws where it is to be handled again, later or by others.
  func answer(_ record: Record, from partition: TopicPartition) async throws {
    guard let address = record.header(QueueHeaders.replyTo).flatMap({ Self.address($0) }) else {
      return options.onDropped(record, .withoutReplyTo)
    }
    guard options.allowsReply(address.topic) else {
      return options.onDropped(record, .forbiddenReplyTo)
    }
    let deadline: Timestamp?
    do throws(RequestFailure) { deadline = try Self.deadline(of: record) } catch {
      return try await send(.failure(error), to: address, about: record)
    }
    if let deadline, options.time.now > deadline { return options.onDropped(record, .expired) }
    let context = RequestContext(
      record: record, partition: partition,
      correlationID: record.header(QueueHeaders.correlationID), deadline: deadline)
    try await send(try await outcome(of: context), to: address, about: record)
  }

  /// Runs the handler. Throws only where the task is cancelled.
  private func outcome(of context: RequestContext) async throws -> Result<
    ByteSlice, RequestFailure
  > {
    let request: Request
    do {
      request = try requests.value(
        from: context.record.value ?? ByteSlice(), of: "the value of the request")
    } catch { return .failure(RequestFailure(RequestFailure.unreadableCode, error.message)) }
    do {
      return .success(try replies.bytes(of: try await handler(request, context)))
    } catch let failure as RequestFailure {
      return .failure(failure)
    } catch {
      // Whoever has the request next has the time to answer it.
      if Task.isCancelled { throw error }
      return .failure(RequestFailure(RequestFailure.handlerCode, "\(error)"))
    }
  }

  private func send(
    _ outcome: Result<ByteSlice, RequestFailure>, to address: ReplyAddress, about request: Record
  ) async throws {
    var headers = [
      Header(
        ByteSlice(QueueHeaders.correlationID.utf8), request.header(QueueHeaders.correlationID))
    ]
    let value: ByteSlice
    switch outcome {
    case .success(let bytes): value = bytes
    case .failure(let failure):
      headers.append(Header(QueueHeaders.failure, failure.code))
      value = ByteSlice(failure.message.utf8)
    }
    do throws(VarveError) {
      try await producer.send(
        address.topic, partition: address.partition, key: request.key, value: value,
        headers: headers)
    } catch {
      let refusals: [VarveError.Code] = [.unknownTopicOrPartition, .recordTooLarge, .invalidRecord]
      guard refusals.contains(error.code) else { throw error }
      options.onDropped(request, .refusedReply(error.code))
    }
  }

  private static func address(_ bytes: ByteSlice) -> ReplyAddress? {
    String(validating: bytes, as: UTF8.self).flatMap { ReplyAddress($0) }
  }

  private static func deadline(of record: Record) throws(RequestFailure) -> Timestamp? {
    guard let bytes = record.header(QueueHeaders.deadline) else { return nil }
    guard let number = Int64(bytes.description) else {
      throw RequestFailure(
        RequestFailure.unreadableCode,
        "header \(QueueHeaders.deadline) is '\(bytes)', not milliseconds since 1970")
    }
    return Timestamp(number)
  }
}

extension Varve {
  /// Answers the requests of a topic, sharing them with the group's other members, until the task
  /// is cancelled, which throws `.cancelled`, or the log is closed.
  ///
  /// ```swift
  /// try await varve.answer(
  ///   "prices", group: "pricing", requests: .text, replies: .text
  /// ) { product, _ in
  ///   guard let price = prices[product] else {
  ///     throw RequestFailure("unknown", "no product '\(product)'")
  ///   }
  ///   return price
  /// }
  /// ```
  ///
  /// A request is handled at least once: again where a crash came before its answer was committed.
  /// A handler whose effects must not be repeated asks a ``StoredResponses`` by the request's id.
  ///
  /// - Parameters:
  ///   - topic: where requests come.
  ///   - group: those who answer them together.
  ///   - requests: how requests come from bytes.
  ///   - replies: how replies become bytes.
  ///   - options: how requests are answered.
  ///   - handler: makes a reply. What it throws the client gets as a ``RequestFailure``, in these
  ///     words where it is none.
  public func answer<Request: Sendable, Reply: Sendable>(
    _ topic: String, group: String, requests: ValueCoding<Request>, replies: ValueCoding<Reply>,
    options: AnswerOptions = AnswerOptions(),
    _ handler: @escaping @Sendable (Request, RequestContext) async throws -> Reply
  ) async throws(QueueError) {
    do {
      let producer = try producer()
      let answerer = RequestAnswerer(
        requests: requests, replies: replies, options: options, producer: producer,
        handler: handler)
      let consumer = try await consumer(
        group: group, topics: .topics([topic]), options: options.consumer)
      try await consumer.process(lanes: options.concurrency) { record, partition in
        try await answerer.answer(record, from: partition)
      }
      try await producer.close()
    } catch { throw QueueError(error) }
  }
}
