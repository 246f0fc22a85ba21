internal import Varve

/// What a key holds.
struct StoreEntry: Sendable, Equatable {
  let value: ByteSlice
  let version: Offset
}

/// Decides on changes, one caller after the other, before any of them is written: what is to be
/// written, and what each caller is told.
struct StorePlan {
  /// What became of a change.
  enum Outcome {
    /// It is written, as that record of the plan's.
    case written(Int)
    /// Deleting what is not there.
    case nothing
    /// There is a value already, which was there before.
    case kept(StoreEntry)
    /// There is a value already, which is that record of the plan's.
    case keptWritten(Int, ByteSlice)
  }

  /// What became of a caller's changes.
  typealias Decision = Result<[Outcome], QueueError>

  /// What a key is, as far as the plan goes.
  private enum Content {
    case nothing
    case entry(StoreEntry)
    case written(Int)
  }

  private let entries: [ByteSlice: StoreEntry]
  private var planned: [ByteSlice: Content] = [:]
  /// The records, in their order.
  private(set) var writes: [EncodedChange] = []

  init(on entries: [ByteSlice: StoreEntry]) { self.entries = entries }

  /// Decides on a call; of one that reads there is nothing to decide.
  mutating func decide(_ call: StoreCall) -> Decision {
    guard case .change(let changes, _) = call else { return .success([]) }
    do throws(QueueError) { return .success(try add(changes)) } catch { return .failure(error) }
  }

  /// Takes a caller's changes, all or none. Throws `.versionConflict` where one of them does not
  /// find the version that it asks for.
  mutating func add(_ changes: [EncodedChange]) throws(QueueError) -> [Outcome] {
    let (before, count) = (planned, writes.count)
    var outcomes: [Outcome] = []
    for change in changes {
      guard let outcome = add(change) else {
        planned = before
        writes.removeSubrange(count...)
        throw conflict(change)
      }
      outcomes.append(outcome)
    }
    return outcomes
  }

  /// Nil where the version is another one.
  private mutating func add(_ change: EncodedChange) -> Outcome? {
    switch (change.condition, content(of: change.key)) {
    case (.version(let wanted), .entry(let entry)) where entry.version == wanted: break
    case (.version, _): return nil
    case (.absent, .entry(let entry)): return .kept(entry)
    case (.absent, .written(let index)):
      return .keptWritten(index, writes[index].value ?? ByteSlice())
    case (.none, .nothing) where change.value == nil: return .nothing
    case (.absent, .nothing), (.none, _): break
    }
    planned[change.key] = change.value == nil ? .nothing : .written(writes.count)
    writes.append(change)
    return .written(writes.count - 1)
  }

  private func content(of key: ByteSlice) -> Content {
    planned[key] ?? entries[key].map { .entry($0) } ?? .nothing
  }

  private func conflict(_ change: EncodedChange) -> QueueError {
    let found =
      switch content(of: change.key) {
      case .nothing: "has no value"
      case .entry(let entry): "has version \(entry.version)"
      case .written: "was just changed"
      }
    let wanted = if case .version(let offset) = change.condition { "\(offset)" } else { "none" }
    return QueueError(
      .versionConflict, "key '\(change.key)' \(found), not version \(wanted): read it again")
  }
}
