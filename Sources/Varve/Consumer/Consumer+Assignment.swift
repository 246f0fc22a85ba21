internal import VarveBase

/// What a group does with its consumer's reader.
extension Consumer {
  /// Reads a partition too, from an offset on.
  func assign(_ client: any PartitionClient, at offset: Offset) {
    change { $0.add(client, at: offset) }
  }

  /// Reads some partitions no more: nothing of them is shown after this, what was read ahead
  /// neither.
  func unassign(_ sources: [TopicPartition]) { change { $0.remove(sources) } }

  /// Reads a partition again from an offset that it was past, if it is assigned still.
  func moveBack(_ source: TopicPartition, to offset: Offset) {
    change { assignment in
      guard let position = assignment.position(of: source), position > offset else { return }
      assignment.seek(source, to: offset)
    }
  }
}
