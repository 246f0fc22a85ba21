public import VarveBase

/// How far a group has got in a partition.
public struct OffsetAndMetadata: Hashable, Sendable {
  /// The offset of the record that is next.
  public var offset: Offset
  /// What was committed with it: words of the program's own, at most 4 KiB.
  public var metadata: String

  public init(_ offset: Offset, metadata: String = "") {
    self.offset = offset
    self.metadata = metadata
  }
}
