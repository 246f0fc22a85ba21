/// The position of a record in its partition: 0 for the first ever appended, one more for each.
public struct Offset: RawRepresentable, Hashable, Comparable, Sendable, BitwiseCopyable, Codable,
  ExpressibleByIntegerLiteral, CustomStringConvertible
{
  public var rawValue: Int64

  @inlinable
  public init(rawValue: Int64) { self.rawValue = rawValue }

  @inlinable
  public init(_ value: Int64) { self.rawValue = value }

  @inlinable
  public init(integerLiteral value: Int64) { self.rawValue = value }

  @inlinable
  public static func < (left: Offset, right: Offset) -> Bool { left.rawValue < right.rawValue }

  @inlinable
  public static func + (left: Offset, right: Int64) -> Offset { Offset(left.rawValue + right) }

  @inlinable
  public static func - (left: Offset, right: Offset) -> Int64 { left.rawValue - right.rawValue }

  public var description: String { String(rawValue) }
}
