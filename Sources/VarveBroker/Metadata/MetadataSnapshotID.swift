package import VarveBase

/// The name of a metadata snapshot: all records before an offset, the last of them written in a
/// leader epoch (KIP-630).
///
///     00000000000000000367-0000000001.checkpoint
package struct MetadataSnapshotID: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// The offset after the last record that the snapshot stands for.
  package let endOffset: Offset
  package let epoch: Int32

  static let suffix = ".checkpoint"
  /// At the end of the name of a snapshot that is being written.
  static let partSuffix = ".part"

  package init(endOffset: Offset, epoch: Int32) {
    self.endOffset = endOffset
    self.epoch = epoch
  }

  /// Reads a file's name; nil for any that is not a whole snapshot's.
  package init?(fileName: String) {
    guard fileName.hasSuffix(Self.suffix) else { return nil }
    let parts = fileName.dropLast(Self.suffix.count)
      .split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0].utf8.count == 20, parts[1].utf8.count == 10,
      parts.allSatisfy({ $0.utf8.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 } }),
      let offset = Int64(parts[0]), let epoch = Int32(parts[1])
    else { return nil }
    self.init(endOffset: Offset(offset), epoch: epoch)
  }

  /// The file's name.
  package var description: String {
    Self.padded(endOffset.description, 20) + "-" + Self.padded(String(epoch), 10) + Self.suffix
  }

  private static func padded(_ digits: String, _ count: Int) -> String {
    String(repeating: "0", count: max(0, count - digits.utf8.count)) + digits
  }

  package static func < (left: MetadataSnapshotID, right: MetadataSnapshotID) -> Bool {
    (left.endOffset, left.epoch) < (right.endOffset, right.epoch)
  }
}
