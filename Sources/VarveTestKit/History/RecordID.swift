/// The name that a test gives to one attempt to send a record, unique in its history.
///
/// Put it into the record, in its key, value or a header, so that whoever reads the record knows
/// which one it is. Work that is done again, after an abort say, sends records with new ids; what
/// they have in common is the ``SentRecord/source``.
public struct RecordID: RawRepresentable, Hashable, Comparable, Sendable,
  ExpressibleByIntegerLiteral, CustomStringConvertible
{
  public let rawValue: UInt64

  public init(rawValue: UInt64) { self.rawValue = rawValue }

  public init(integerLiteral value: UInt64) { rawValue = value }

  public static func < (left: RecordID, right: RecordID) -> Bool { left.rawValue < right.rawValue }

  public var description: String { String(rawValue) }
}
