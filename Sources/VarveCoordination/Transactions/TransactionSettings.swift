/// The limits of transactions, with Kafka's names in comments and its defaults. Times are
/// milliseconds.
package struct TransactionSettings: Equatable, Sendable {
  /// `transaction.max.timeout.ms`
  package var maxTimeout: Int32 = 900_000
  /// `transactional.id.expiration.ms`: an id without a transaction is forgotten after this time.
  package var idExpiration: Int64 = 7 * 24 * 3_600_000

  package init() {}
}
