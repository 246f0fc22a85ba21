package import VarveProtocol

/// What is kept in one partition of an internal topic, and decides on requests: a value without
/// I/O.
///
/// A method that decides has its records in the state already when it returns; see ``Decision``.
/// Whoever loads the partition makes an empty value, replays the log into it, and calls `loaded`.
package protocol Coordinator: Sendable {
  associatedtype Record: CoordinatorRecord
  associatedtype Effect: Sendable

  /// Takes a stored record in. `producerID` is that of a transactional batch, whose records count
  /// once its marker says so.
  mutating func replay(_ record: Record, producerID: Int64?)

  /// Takes in the marker that ends a producer's transaction.
  mutating func replayMarker(producerID: Int64, commits: Bool)

  /// All of the log is replayed: timers start anew.
  mutating func loaded(at now: Moment) -> Decision<Record, Void, Effect>

  /// When `expire` may have something to do, in milliseconds of uptime; nil where nothing is waited
  /// for. It may be due still after `expire`, which does a part of what is a lot.
  var nextDeadline: Int64? { get }

  mutating func expire(at now: Moment) -> Decision<Record, Void, Effect>
}
