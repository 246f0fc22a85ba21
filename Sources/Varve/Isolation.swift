package import VarveLog

/// What a reader sees of transactions (KIP-98).
public enum Isolation: Sendable {
  /// Everything that was appended, records of open and aborted transactions too. The default.
  case readUncommitted
  /// Only what is decided and was not aborted: reading stops before the first open transaction.
  case readCommitted

  package var level: IsolationLevel {
    switch self {
    case .readUncommitted: .readUncommitted
    case .readCommitted: .readCommitted
    }
  }
}
