internal import Synchronization
public import Varve

/// The first response to each key, kept in a compacted topic: who asks again with the key gets the
/// same response, and nothing is done again.
///
/// ```swift
/// let payments = try await varve.storedResponses("payment-responses", responses: .text)
/// let receipt = try await payments.response(to: "order-42") {
///   try await charge(order)
/// }
/// ```
///
/// Of several who ask with one key at a time, one does the work, and the others wait for its
/// response: in this process, and in others with the same topic. What the work throws only the one
/// who does it gets; then the next one tries.
///
/// The work is done again where a crash comes after it and before its response is stored: it is to
/// take the key along where it does something that must not be done twice.
public final class StoredResponses<Response: Sendable>: Sendable {
  private let store: KeyedStore<StoredResponse>
  private let responses: ValueCoding<Response>
  private let options: ResponseOptions
  private let gate = KeyGate()
  private let expiring: Mutex<ExpiringResponses>

  init(
    _ store: KeyedStore<StoredResponse>, _ responses: ValueCoding<Response>,
    _ options: ResponseOptions
  ) async throws(QueueError) {
    self.store = store
    self.responses = responses
    self.options = options
    expiring = Mutex(ExpiringResponses(try await store.all()))
  }

  /// The response to a key: what was stored for it, or else what `work` returns, which is stored.
  ///
  /// - Throws: what the work throws; else a ``QueueError``.
  public func response(
    to key: String, _ work: () async throws -> Response
  ) async throws -> Response {
    try await gate.withKey(key) {
      var backoff = Backoff(most: .max)
      while true {
        let now = options.time.now
        let held = try await store.value(for: key)
        if let held, held.value.expiry > now {
          if case .response(let bytes) = held.value.content {
            return try responses.value(from: bytes, of: "the response to '\(key)'")
          }
          _ = backoff.next()
          try await backoff.pause()
        } else if let claim = try await claim(key, after: held, at: now),
          let response = try await make(key, claim, work)
        {
          return response
        }
      }
    }
  }

  /// Tells others that the response is being made; nil where somebody else was faster.
  private func claim(
    _ key: String, after held: Versioned<StoredResponse>?, at now: Timestamp
  ) async throws(QueueError) -> StoreVersion? {
    let claim = StoredResponse(.claim, until: now.advanced(by: options.workTime))
    if let held { return try await update(key, to: claim, ifVersion: held.version) }
    guard case .stored(let version) = try await store.putIfAbsent(claim, for: key) else {
      return nil
    }
    return version
  }

  /// Does the work and stores its response; nil where it took longer than it may, and somebody else
  /// does it by now.
  private func make(
    _ key: String, _ claim: StoreVersion, _ work: () async throws -> Response
  ) async throws -> Response? {
    let response: Response
    let bytes: ByteSlice
    do {
      response = try await work()
      bytes = try responses.bytes(of: response)
    } catch {
      // Where it cannot be given back, the claim ends by itself.
      try? await store.delete(key, ifVersion: claim)
      throw error
    }
    let expiry = options.time.now.advanced(by: options.timeToLive)
    let stored = StoredResponse(.response(bytes), until: expiry)
    guard let version = try await update(key, to: stored, ifVersion: claim) else { return nil }
    await sweep(ExpiringResponses.Element(key: key, version: version, expiry: expiry))
    return response
  }

  private func update(
    _ key: String, to value: StoredResponse, ifVersion version: StoreVersion
  ) async throws(QueueError) -> StoreVersion? {
    do { return try await store.update(key, to: value, ifVersion: version) } catch {
      guard error.code == .versionConflict else { throw error }
      return nil
    }
  }

  /// Notes a response that was stored, and takes those away whose time is over, some for each.
  private func sweep(_ stored: ExpiringResponses.Element) async {
    let now = options.time.now
    let over = expiring.withLock { expiring in
      expiring.add(stored)
      return expiring.takeOver(at: now, most: 4)
    }
    for one in over {
      // Another version is not over; what fails otherwise is over all the same, and replaced when
      // its key comes again.
      try? await store.delete(one.key, ifVersion: one.version)
    }
  }

  /// Ends it. What others have of its topic goes on.
  public func close() async { await store.close() }
}

/// How a ``StoredResponses`` remembers.
public struct ResponseOptions: Sendable {
  /// How long a response is remembered.
  public var timeToLive = Duration.hours(24)
  /// How long the work may take. Where its process is gone, others wait so long before one of them
  /// does it.
  public var workTime = Duration.seconds(60)
  /// How its topic is kept.
  public var store = StoreOptions()
  package var time: any TimeSource = SystemTime()

  public init() {}
}

extension Varve {
  /// Opens the stored responses that a topic is, having created the topic where there is none.
  ///
  /// - Parameters:
  ///   - topic: a compacted topic.
  ///   - responses: how responses become bytes, and come from them.
  ///   - options: how they are remembered.
  /// - Throws: `.invalidArgument` for a topic that is not compacted, or options out of their range.
  public func storedResponses<Response>(
    _ topic: String, responses: ValueCoding<Response>,
    options: ResponseOptions = ResponseOptions()
  ) async throws(QueueError) -> StoredResponses<Response> {
    guard options.timeToLive > .zero, options.workTime > .zero else {
      throw QueueError(.invalidArgument, "timeToLive and workTime must be above 0")
    }
    let store = try await store(topic, values: StoredResponse.coding, options: options.store)
    return try await StoredResponses(store, responses, options)
  }
}
