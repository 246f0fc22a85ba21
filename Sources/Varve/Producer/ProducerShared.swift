internal import Synchronization

/// What all partitions of a producer share.
final class ProducerShared: Sendable {
  let options: Producer.Options
  /// Set where batches are part of a transaction.
  let transactionalID: String?
  let memory: BatchMemory
  let spares = BatchPool()
  let timer: LingerTimer
  private let failure = Mutex<VarveError?>(nil)
  private let current = Mutex<ProducerIdentity?>(nil)

  init(_ options: Producer.Options, transactionalID: String?) {
    self.options = options
    self.transactionalID = transactionalID
    memory = BatchMemory(capacity: options.bufferBytes)
    timer = LingerTimer(options.linger)
  }

  /// What batches carry that are recognised when they come twice; nil for none.
  var identity: ProducerIdentity? {
    get { current.withLock { $0 } }
    set { current.withLock { $0 = newValue } }
  }

  /// Whether batches whose outcome is not known are sent again.
  var sendsAgain: Bool { options.isIdempotent && transactionalID == nil }

  /// Whether the producer needs an id that it does not have yet.
  var lacksIdentity: Bool { sendsAgain && identity == nil }

  /// Takes an identity unless there is one.
  func start(as identity: ProducerIdentity) { current.withLock { $0 = $0 ?? identity } }

  /// A batch of the identity was not written, so that those after it would not be in order: they
  /// are of the next epoch (KIP-360), or of another id where that was the last one.
  func renew(_ identity: ProducerIdentity) {
    current.withLock { current in
      guard current == identity else { return }
      let isLast = identity.epoch >= Int16.max - 1
      current = isLast ? nil : ProducerIdentity(id: identity.id, epoch: identity.epoch + 1)
    }
  }

  /// Whether a batch is sent as soon as nobody else is sending. Nobody sees a transaction's before
  /// its end, so that they can wait until they are full.
  var sendsAtOnce: Bool { options.linger == .zero && transactionalID == nil }

  func note(_ error: VarveError) { failure.withLock { $0 = $0 ?? error } }

  func takeFailure() -> VarveError? {
    failure.withLock { failure in
      defer { failure = nil }
      return failure
    }
  }
}
