internal import Synchronization
public import Varve

/// A job in the hands of a worker.
public struct JobContext: Sendable {
  /// The record that the job came in: its headers, its offset, how often it was delivered.
  public let record: SharedRecord
  let hand: JobHand

  /// This time included.
  public var attempt: Int { record.deliveryCount }

  /// Lays the job aside until ``WorkQueue/unpark(_:)`` names the token: then a worker gets it
  /// again, with the same ``attempt``. Meanwhile it is nobody's, over restarts, and its
  /// time-to-live goes on. What the handler returns or throws afterwards does not change that.
  ///
  /// To be called before the handler begins what is to call back: a token that is named before
  /// anything is parked under it wakes nothing. A job whose worker dies between the two stays
  /// parked, until its time-to-live is over if it has one.
  ///
  /// Throws `.invalidArgument` for a token that is not of 1 to 249 bytes, `.log` where the job is
  /// not the worker's any more, or was not parked.
  public func park(_ token: String) async throws(QueueError) {
    do throws(VarveError) {
      try await hand.consumer.acknowledge(record, as: .park(token: token))
    } catch { throw QueueError(error) }
    hand.park(under: token)
  }
}

/// Whose a job is, and what it was parked under.
final class JobHand: Sendable {
  let consumer: ShareConsumer
  private let parked = Mutex<String?>(nil)

  init(_ consumer: ShareConsumer) { self.consumer = consumer }

  /// Nil while the job is the worker's.
  var token: String? { parked.withLock { $0 } }

  func park(under token: String) { parked.withLock { $0 = token } }
}
