/// The name of a topic: 1 to 249 ASCII letters, digits, `.`, `_` and `-`, and neither `.` nor `..`,
/// as Kafka has it, since the name is part of a directory's name.
public struct TopicName: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The longest name, in bytes: `NAME-PARTITION` and the suffixes of deletion fit into 255.
  public static let byteCountMax = 249

  public let description: String

  /// Throws `InvalidTopicName`, with the reason, for a name that Kafka would refuse.
  public init(_ name: String) throws(InvalidTopicName) {
    if let reason = Self.fault(in: name) { throw InvalidTopicName(name: name, reason: reason) }
    description = name
  }

  public static func < (left: TopicName, right: TopicName) -> Bool {
    left.description < right.description
  }

  private static func fault(in name: String) -> String? {
    if name.isEmpty { return "it is empty" }
    if name == "." || name == ".." { return "'.' and '..' are directories" }
    if name.utf8.count > byteCountMax { return "it is longer than \(byteCountMax) bytes" }
    let isLegal = name.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
        UInt8(ascii: "-"):
        true
      default: false
      }
    }
    return isLegal ? nil : "only ASCII letters, digits, '.', '_' and '-' are allowed"
  }
}

/// A topic name that Kafka's rules refuse.
public struct InvalidTopicName: Error, Equatable, CustomStringConvertible {
  public let name: String
  public let reason: String

  public var description: String { "invalid topic name '\(name)': \(reason)" }
}
