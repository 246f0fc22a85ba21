package import VarveBase

/// The files of one segment: where they are in a partition's directory.
package struct SegmentFiles: Sendable, Hashable {
  package let directory: String
  package let baseOffset: Offset
  /// The state that the properties below name the files in.
  package let state: SegmentFileName.State

  package init(
    directory: String, baseOffset: Offset, state: SegmentFileName.State = .live
  ) {
    self.directory = directory
    self.baseOffset = baseOffset
    self.state = state
  }

  package var log: String { path(.log, state) }
  package var offsetIndex: String { path(.offsetIndex, state) }
  package var timeIndex: String { path(.timeIndex, state) }
  package var transactionIndex: String { path(.transactionIndex, state) }
  package var producerSnapshot: String { path(.snapshot, state) }

  package func path(
    _ kind: SegmentFileName.Kind, _ state: SegmentFileName.State = .live
  ) -> String {
    SegmentFileName(baseOffset, kind, state).path(in: directory)
  }
}
