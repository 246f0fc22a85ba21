internal import Synchronization
internal import VarveBase
internal import VarveCoordination

/// The producer ids that this broker gives out: taken from the metadata in blocks, each durably
/// before its first id is used, so that no id is ever given twice.
final class ProducerIDs: Sendable {
  private let state = Mutex(State())

  private struct State {
    var block = ProducerIDBlock()
    /// Ids that were taken and not needed.
    var spare: [Int64] = []
  }

  /// Calls `body` with a block of one id, and takes back what it leaves.
  func lend<Result>(
    from broker: Broker,
    _ body: (inout ProducerIDBlock) async throws(CoordinatorError) -> Result
  ) async throws(CoordinatorError) -> Result {
    let id = try take(from: broker)
    var block = ProducerIDBlock(id..<id + 1)
    defer { if let unused = block.take() { state.withLock { $0.spare.append(unused) } } }
    return try await body(&block)
  }

  /// An id for good. Throws `COORDINATOR_NOT_AVAILABLE` where the metadata cannot be written.
  func take(from broker: Broker) throws(CoordinatorError) -> Int64 {
    let next = state.withLock { $0.spare.popLast() ?? $0.block.take() }
    if let next { return next }
    let fresh: Range<Int64>
    do throws(BrokerError) { fresh = try broker.takeProducerIDs() } catch {
      throw CoordinatorError(.coordinatorNotAvailable, error.description)
    }
    return state.withLock { state in
      // Another thread may have taken a block at the same time; what is left of it is kept.
      while let id = state.block.take() { state.spare.append(id) }
      state.block = ProducerIDBlock(fresh.dropFirst())
      return fresh.lowerBound
    }
  }
}

extension Broker {
  /// Takes a block of producer ids, for good.
  fileprivate func takeProducerIDs() throws(BrokerError) -> Range<Int64> {
    var ids: Range<Int64> = 0..<0
    do throws(CatalogError) {
      try metadata.change { (image, _) throws(CatalogError) in
        let taken = catalog(of: image).takeProducerIDs()
        ids = taken.ids
        return taken.records
      }
    } catch { throw BrokerError(error) }
    return ids
  }
}
