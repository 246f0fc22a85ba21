internal import Varve

/// A change of a ``KeyedStore`` that may be made again without another outcome: it sets a key to a
/// value, or to none, and never to something that depends on the value before. There is no change
/// that adds one: whoever counts reads, and updates with the version that was read.
///
/// | change | made once | made again |
/// | --- | --- | --- |
/// | `put` | the value | the same value |
/// | `putIfAbsent` | the value, or what was there | what is there |
/// | `update` | the value, if the version is right | nothing: the version is another one now |
/// | `delete` | nothing is left | nothing is left |
public struct StoreChange<Value: Sendable>: Sendable {
  let key: String
  let value: Value?
  let condition: StoreCondition

  /// The value, whatever is there.
  public static func put(_ value: Value, for key: String) -> StoreChange {
    StoreChange(key: key, value: value, condition: .none)
  }

  /// The value, if there is none.
  public static func putIfAbsent(_ value: Value, for key: String) -> StoreChange {
    StoreChange(key: key, value: value, condition: .absent)
  }

  /// The value, if what is there has the version.
  public static func update(
    _ key: String, to value: Value, ifVersion version: StoreVersion
  ) -> StoreChange {
    StoreChange(key: key, value: value, condition: .version(version.offset))
  }

  /// No value. With a version: if what is there has it.
  public static func delete(_ key: String, ifVersion version: StoreVersion? = nil) -> StoreChange {
    StoreChange(
      key: key, value: nil, condition: version.map { .version($0.offset) } ?? .none)
  }
}

/// What a key must be like for a change to be made.
enum StoreCondition: Hashable, Sendable {
  case none
  case absent
  case version(Offset)
}

/// A change in bytes.
struct EncodedChange: Sendable {
  let key: ByteSlice
  /// Nil deletes.
  let value: ByteSlice?
  let condition: StoreCondition
}
