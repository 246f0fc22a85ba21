internal import Synchronization
package import VarveBase

/// The transactions whose abort markers are in a segment, in the order of the markers.
///
/// The file exists only if there is one; what is in it is held in memory. Any thread may read, one
/// writer appends.
package final class TransactionIndex: Sendable {
  package let baseOffset: Offset
  private let fileSystem: any FileSystem
  private let state: Mutex<State>

  private struct State: Sendable {
    var path: String
    /// Nil until there is something to write.
    var file: (any File)?
    var transactions: [AbortedTransaction]
  }

  /// Reads the index of the segment that starts at `baseOffset`; a missing file is an empty index.
  /// A torn last entry is not counted. Throws `.unsupportedVersion`, `.io`.
  package init(
    _ fileSystem: any FileSystem, path: String, baseOffset: Offset
  ) throws(LogError) {
    self.baseOffset = baseOffset
    self.fileSystem = fileSystem
    let transactions = try Self.read(fileSystem, path)
    state = Mutex(State(path: path, file: nil, transactions: transactions))
  }

  package var path: String { state.withLock { $0.path } }

  package var transactions: [AbortedTransaction] { state.withLock { $0.transactions } }

  package var isEmpty: Bool { state.withLock { $0.transactions.isEmpty } }

  /// The aborted transactions that overlap the offsets from `start` to before `end`. They are all
  /// of them where `isComplete`; otherwise the indexes of later segments may have more.
  package func aborted(
    from start: Offset, to end: Offset
  ) -> (transactions: [AbortedTransaction], isComplete: Bool) {
    state.withLock { state in
      var found: [AbortedTransaction] = []
      for transaction in state.transactions {
        if transaction.lastOffset >= start, transaction.firstOffset < end {
          found.append(transaction)
        }
        // Everything before its last stable offset was decided by then.
        if transaction.lastStableOffset >= end { return (found, true) }
      }
      return (found, false)
    }
  }

  /// Adds a transaction, creating the file with the first. Writer only. An index that has it, or a
  /// later one, already is left as it is. Throws `.io`, and the index is as before.
  package func append(_ transaction: AbortedTransaction) throws(LogError) {
    try state.withLock { state throws(LogError) in
      if let last = state.transactions.last, last.lastOffset >= transaction.lastOffset { return }
      var bytes: [UInt8] = []
      transaction.encode(into: &bytes)
      let position = state.transactions.count * AbortedTransaction.byteCount
      do throws(FileError) {
        let file =
          if let open = state.file { open } else {
            try fileSystem.open(state.path, .create)
          }
        state.file = file
        try file.write(ByteSlice(bytes).bytes, at: position)
      } catch { throw LogError(error) }
      state.transactions.append(transaction)
    }
  }

  /// Drops the transactions that end at or after `offset`. Writer only.
  package func truncate(to offset: Offset) throws(LogError) {
    try state.withLock { state throws(LogError) in
      let kept = state.transactions.prefix { $0.lastOffset < offset }.count
      try Self.cut(&state, to: kept, fileSystem)
    }
  }

  /// Drops all transactions. Writer only.
  package func reset() throws(LogError) {
    try state.withLock { state throws(LogError) in try Self.cut(&state, to: 0, fileSystem) }
  }

  /// Reads again what another process has appended since.
  package func refresh() throws(LogError) {
    let transactions = try Self.read(fileSystem, path)
    state.withLock { $0.transactions = transactions }
  }

  package func sync() throws(LogError) {
    guard let file = state.withLock({ $0.file }) else { return }
    do { try file.sync() } catch { throw LogError(error) }
  }

  /// Gives the file another name, if there is one.
  package func rename(to newPath: String) throws(LogError) {
    try state.withLock { state throws(LogError) in
      do throws(FileError) {
        if try fileSystem.kind(of: state.path) != nil {
          try fileSystem.rename(state.path, to: newPath)
        }
      } catch { throw LogError(error) }
      state.path = newPath
    }
  }

  /// Removes the file, if there is one.
  package func remove() throws(LogError) {
    let path = self.path
    do {
      if try fileSystem.kind(of: path) != nil { try fileSystem.remove(path) }
    } catch { throw LogError(error) }
  }

  /// Checks every entry: in the order of the markers, none before the segment. Throws `.corrupt`.
  package func sanityCheck() throws(LogError) {
    let (path, transactions) = state.withLock { ($0.path, $0.transactions) }
    var previous = Offset(baseOffset.rawValue - 1)
    for (index, transaction) in transactions.enumerated() {
      guard transaction.lastOffset > previous, transaction.firstOffset <= transaction.lastOffset,
        transaction.firstOffset >= 0, transaction.producerID >= 0
      else {
        throw LogError(
          .corrupt,
          "the aborted transaction at \(transaction.firstOffset)…\(transaction.lastOffset)"
            + " can't follow \(previous); remove the index, and it is built again from the log",
          file: path, at: .byte(index * AbortedTransaction.byteCount))
      }
      previous = transaction.lastOffset
    }
  }

  /// Reads the entries of an index's bytes. Throws `.unsupportedVersion`.
  package static func decode(
    _ bytes: RawSpan, file: String
  ) throws(LogError) -> [AbortedTransaction] {
    var transactions: [AbortedTransaction] = []
    let count = bytes.byteCount / AbortedTransaction.byteCount
    transactions.reserveCapacity(count)
    for index in 0..<count {
      let position = index * AbortedTransaction.byteCount
      transactions.append(try AbortedTransaction(bytes, at: position, file: file))
    }
    return transactions
  }

  private static func read(
    _ fileSystem: any FileSystem, _ path: String
  ) throws(LogError) -> [AbortedTransaction] {
    guard let bytes = try fileSystem.readFile(path) else { return [] }
    return try decode(bytes.bytes, file: path)
  }

  private static func cut(
    _ state: inout State, to count: Int, _ fileSystem: any FileSystem
  ) throws(LogError) {
    do {
      guard try fileSystem.kind(of: state.path) != nil else { return }
      let file = try fileSystem.open(state.path, .readWrite)
      try file.resize(to: count * AbortedTransaction.byteCount)
      state.file = file
    } catch { throw LogError(error) }
    state.transactions.removeLast(state.transactions.count - count)
  }
}
