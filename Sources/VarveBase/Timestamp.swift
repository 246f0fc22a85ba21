/// A time in milliseconds since 1970-01-01T00:00:00Z, as records carry it. -1 means "no timestamp".
public struct Timestamp: RawRepresentable, Hashable, Comparable, Sendable, BitwiseCopyable, Codable,
  ExpressibleByIntegerLiteral, CustomStringConvertible
{
  public var rawValue: Int64

  /// What a record without a timestamp carries.
  public static let none = Timestamp(-1)

  @inlinable
  public init(rawValue: Int64) { self.rawValue = rawValue }

  @inlinable
  public init(_ milliseconds: Int64) { self.rawValue = milliseconds }

  @inlinable
  public init(integerLiteral value: Int64) { self.rawValue = value }

  @inlinable
  public static func < (left: Timestamp, right: Timestamp) -> Bool {
    left.rawValue < right.rawValue
  }

  public var description: String { String(rawValue) }
}
