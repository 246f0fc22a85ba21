package import VarveBase

/// The files of one segment: where they are in a partition's directory.
package struct SegmentFiles: Sendable, Hashable {
  package let directory: String
  package let baseOffset: Offset

  package init(directory: String, baseOffset: Offset) {
    self.directory = directory
    self.baseOffset = baseOffset
  }

  package var log: String { path(.log) }
  package var offsetIndex: String { path(.offsetIndex) }
  package var timeIndex: String { path(.timeIndex) }
  package var transactionIndex: String { path(.transactionIndex) }
  package var producerSnapshot: String { path(.snapshot) }

  package func path(
    _ kind: SegmentFileName.Kind, _ state: SegmentFileName.State = .live
  ) -> String {
    SegmentFileName(baseOffset, kind, state).path(in: directory)
  }
}
