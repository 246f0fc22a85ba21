internal import VarveBase

/// Puts rewritten segments in the place of the ones that they were made from.
enum SegmentReplacement {
  /// Finishes, or takes back, what a crash interrupted.
  static func finishInterrupted(
    in directory: String, on fileSystem: any FileSystem
  ) throws(LogError) {}
}
