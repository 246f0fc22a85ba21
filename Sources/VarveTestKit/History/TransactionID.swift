/// The name that a test gives to one transaction, unique in its history. It is not Kafka's
/// transactional id, which the transactions of a producer share.
public struct TransactionID: RawRepresentable, Hashable, Comparable, Sendable,
  ExpressibleByIntegerLiteral, CustomStringConvertible
{
  public let rawValue: UInt64

  public init(rawValue: UInt64) { self.rawValue = rawValue }

  public init(integerLiteral value: UInt64) { rawValue = value }

  public static func < (left: TransactionID, right: TransactionID) -> Bool {
    left.rawValue < right.rawValue
  }

  public var description: String { String(rawValue) }
}
