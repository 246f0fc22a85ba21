/// The level of the feature `metadata.version`: which records, and which of their versions, a
/// cluster's metadata log may hold (KIP-584, KIP-778).
package struct MetadataVersion: RawRepresentable, Hashable, Comparable, Sendable,
  CustomStringConvertible
{
  package let rawValue: Int16

  package init(rawValue: Int16) { self.rawValue = rawValue }

  package static let featureName = "metadata.version"

  /// Kafka 3.3-IV3, the oldest that Kafka 4.0 starts from.
  package static let oldest = MetadataVersion(rawValue: 7)
  /// Kafka 4.0-IV3, what a new directory gets.
  package static let initial = MetadataVersion(rawValue: 25)
  /// Kafka 4.3-IV0, the newest whose records are all known here.
  package static let newest = MetadataVersion(rawValue: 30)

  package static func < (left: MetadataVersion, right: MetadataVersion) -> Bool {
    left.rawValue < right.rawValue
  }

  /// Whether its records are known here.
  package var isKnown: Bool { self >= .oldest && self <= .newest }

  /// Kafka's name for the level, `4.0-IV3` say.
  package var description: String {
    guard isKnown else { return "level \(rawValue)" }
    return Self.names[Int(rawValue - Self.oldest.rawValue)]
  }

  private static let names = [
    "3.3-IV3", "3.4-IV0", "3.5-IV0", "3.5-IV1", "3.5-IV2", "3.6-IV0", "3.6-IV1", "3.6-IV2",
    "3.7-IV0", "3.7-IV1", "3.7-IV2", "3.7-IV3", "3.7-IV4", "3.8-IV0", "3.9-IV0", "4.0-IV0",
    "4.0-IV1", "4.0-IV2", "4.0-IV3", "4.1-IV0", "4.1-IV1", "4.2-IV0", "4.2-IV1", "4.3-IV0",
  ]
}

extension MetadataVersion {
  /// Ids of log directories in broker and partition records (KIP-858).
  var hasDirectories: Bool { rawValue >= 17 }
  /// Eligible leader replicas in partition records (KIP-966).
  var hasEligibleLeaderReplicas: Bool { rawValue >= 23 }
  /// Log directories that get no new partitions.
  var hasCordonedDirectories: Bool { rawValue >= 30 }
}
