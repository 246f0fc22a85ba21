/// How much a message matters; the levels and their meaning are swift-log's.
///
/// What is thrown is not logged as well: the program that embeds Varve decides about it. So a
/// library logs above `debug` only what it cannot throw.
public enum LogLevel: String, CaseIterable, Sendable, Comparable {
  /// Each step. May come for every batch.
  case trace
  /// What helps to find a mistake in Varve or in how it is used.
  case debug
  /// The course of a normal run: opened, closed, recovered.
  case info
  /// Normal, but worth a look: the last run was not closed.
  case notice
  /// Not an error yet: a tail was cut, a disk is nearly full.
  case warning
  /// Something failed in the background, where nobody could be told by a throw.
  case error
  /// Data is at risk, and people must act.
  case critical

  public static func < (left: LogLevel, right: LogLevel) -> Bool { left.rank < right.rank }

  /// Its place among all cases.
  var rank: Int {
    switch self {
    case .trace: 0
    case .debug: 1
    case .info: 2
    case .notice: 3
    case .warning: 4
    case .error: 5
    case .critical: 6
    }
  }
}
