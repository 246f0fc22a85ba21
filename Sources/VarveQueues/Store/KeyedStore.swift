internal import Varve

/// Values by key, kept in a compacted topic: the newest record of each key is its value.
///
/// ```swift
/// let stock = try await varve.store("stock", values: .text)
/// try await stock.put("5", for: "apples")
/// if let seen = try await stock.value(for: "apples") {
///   try await stock.update("apples", to: "4", ifVersion: seen.version)
/// }
/// ```
///
/// ## What it guarantees
/// A change that returned is in the log, by the topic's durability, and every store of the topic
/// sees it from then on: in this process, in others, and over the wire. Reading and changing are
/// one sequence for all of them. Changes that arrive together share a transaction.
///
/// Every change may be repeated without harm; see ``StoreChange``.
///
/// ## What it costs
/// All keys and values are held in memory, and read when the store is opened. Several processes may
/// change a store, but each time another one does costs a transaction anew: it is fastest where one
/// of them does at a time.
///
/// Any client can read the topic, and put values into it: keys are UTF-8, a null value deletes. Its
/// records do not wait for those of a store, so that they may come between what one has read and
/// what it writes.
public final class KeyedStore<Value: Sendable>: Sendable {
  /// The topic.
  public let topic: String
  private let values: ValueCoding<Value>
  private let engine: StoreEngine
  private let calls: CallQueue<StoreCall>

  init(_ topic: String, values: ValueCoding<Value>, _ engine: StoreEngine) {
    self.topic = topic
    self.values = values
    self.engine = engine
    calls = CallQueue { await engine.perform($0) }
  }

  // MARK: Reading

  /// The value of a key; nil for none.
  public func value(for key: String) async throws(QueueError) -> Versioned<Value>? {
    let key = ByteSlice(key.utf8)
    let entry = try await ask { .read(key, $0) }
    return try entry.map { (entry) throws(QueueError) in try decoded(entry, key) }
  }

  /// Everything that the store holds.
  public func all() async throws(QueueError) -> [String: Versioned<Value>] {
    var all: [String: Versioned<Value>] = [:]
    let entries = try await ask { .readAll($0) }
    for (key, entry) in entries {
      all[key.description] = try decoded(entry, key)
    }
    return all
  }

  // MARK: Changing

  /// Gives a key a value, whatever it has. Returns the value's version.
  @discardableResult
  public func put(_ value: Value, for key: String) async throws(QueueError) -> StoreVersion {
    try written(try await change([.put(value, for: key)]))
  }

  /// Gives a key a value if it has none.
  public func putIfAbsent(
    _ value: Value, for key: String
  ) async throws(QueueError) -> PutIfAbsent<Value> {
    let outcomes = try await change([.putIfAbsent(value, for: key)])
    if case .kept(let entry)? = outcomes.first {
      return .kept(try decoded(entry, ByteSlice(key.utf8)))
    }
    return .stored(try written(outcomes))
  }

  /// Gives a key another value if nobody has changed it since `version` was read. Of several that
  /// try with one version, one succeeds. Returns the new version.
  ///
  /// Throws `.versionConflict` for the others; then nothing has changed.
  @discardableResult
  public func update(
    _ key: String, to value: Value, ifVersion version: StoreVersion
  ) async throws(QueueError) -> StoreVersion {
    try written(try await change([.update(key, to: value, ifVersion: version)]))
  }

  /// Takes a key's value away. With a version: only if nobody has changed it since that was read;
  /// else it throws `.versionConflict`.
  public func delete(
    _ key: String, ifVersion version: StoreVersion? = nil
  ) async throws(QueueError) {
    _ = try await change([.delete(key, ifVersion: version)])
  }

  /// Makes several changes as one: all of them count, or none.
  ///
  /// Throws `.versionConflict` where one of them does not find its version; then nothing has
  /// changed.
  public func apply(_ changes: [StoreChange<Value>]) async throws(QueueError) {
    _ = try await change(changes)
  }

  /// Ends the store. What others have of its topic goes on.
  public func close() async { await engine.close() }

  // MARK: -

  private func change(_ changes: [StoreChange<Value>]) async throws(QueueError) -> [StoreOutcome] {
    var encoded: [EncodedChange] = []
    for change in changes {
      let value = try change.value.map { (value) throws(QueueError) in
        try values.bytes(of: value)
      }
      encoded.append(
        EncodedChange(key: ByteSlice(change.key.utf8), value: value, condition: change.condition))
    }
    let changes = encoded
    return try await ask { .change(changes, $0) }
  }

  private func ask<Answer: Sendable>(
    _ call: (StoreCall.Answer<Answer>) -> StoreCall
  ) async throws(QueueError) -> Answer {
    try await withCheckedContinuation { calls.add(call($0)) }.get()
  }

  private func written(_ outcomes: [StoreOutcome]) throws(QueueError) -> StoreVersion {
    guard case .written(let offset)? = outcomes.first else {
      throw QueueError(.unknownOutcome, "the store '\(topic)' does not say what it has written")
    }
    return StoreVersion(offset)
  }

  private func decoded(
    _ entry: StoreEntry, _ key: ByteSlice
  ) throws(QueueError) -> Versioned<Value> {
    Versioned(
      value: try values.value(from: entry.value, of: "the value of key '\(key)' in '\(topic)'"),
      version: StoreVersion(entry.version))
  }
}
