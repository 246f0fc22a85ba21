internal import Varve

/// Which change of a key a value comes from. No two changes of a key have the same, deletions in
/// between or not: it is the offset of the change's record.
public struct StoreVersion: Hashable, Sendable, CustomStringConvertible {
  let offset: Offset

  init(_ offset: Offset) { self.offset = offset }

  /// A version that was written down with ``rawValue``.
  public init(rawValue: Int64) { offset = Offset(rawValue) }

  public var rawValue: Int64 { offset.rawValue }
  public var description: String { "\(offset)" }
}

/// A value with its version.
public struct Versioned<Value: Sendable>: Sendable {
  public let value: Value
  /// What ``KeyedStore/update(_:to:ifVersion:)`` asks for.
  public let version: StoreVersion
}

extension Versioned: Equatable where Value: Equatable {}

/// What ``KeyedStore/putIfAbsent(_:for:)`` has found.
public enum PutIfAbsent<Value: Sendable>: Sendable {
  /// Nothing: the value is the key's now.
  case stored(StoreVersion)
  /// This one, which stays.
  case kept(Versioned<Value>)
}
