internal import VarveBase

extension VerifierRun {
  /// Names that Kafka's metadata partition has beside the log's; they are not read.
  private static let raftNames: Set<String> = ["quorum-state"]

  /// Reports names that are none of the log's, and what an interrupted operation left.
  func verifyNames() {
    let bases = Set(bases)
    for name in names {
      guard let file = SegmentFileName(name) else {
        verifyForeign(name)
        continue
      }
      if file.state != .live {
        report(.leftover, name, "an interrupted operation left it; opening the log deals with it")
      } else if file.kind != .snapshot && !bases.contains(file.baseOffset) {
        report(.leftover, name, "there is no log of that offset; opening the log removes it")
      }
    }
  }

  private func verifyForeign(_ name: String) {
    let known: Set = [LeaderEpochCheckpoint.fileName, PartitionMetadata.fileName]
    guard !known.contains(name), !Self.raftNames.contains(name), !name.hasSuffix(".checkpoint")
    else { return }
    // What a repair took out, for somebody to look at.
    if name.hasSuffix(".damaged") { return }
    if name.hasSuffix(".tmp") {
      return report(.leftover, name, "an interrupted operation left it")
    }
    report(.foreignFile, name, "no file of a log has such a name")
  }

  /// Reads the leader epochs, `partition.metadata`, and the snapshots that no segment begins at.
  mutating func verifySideFiles() {
    do {
      epochs = try LeaderEpochCheckpoint.read(
        in: verifier.directory, on: verifier.fileSystem)
    } catch { report(.leaderEpochs, LeaderEpochCheckpoint.fileName, error) }
    verifyMetadata()
  }

  private func verifyMetadata() {
    let file = PartitionMetadata.fileName
    do {
      let metadata = try PartitionMetadata.read(in: verifier.directory, on: verifier.fileSystem)
      guard let expected = verifier.topicID, metadata?.topicID != expected else { return }
      let found = metadata.map { "names topic \($0.topicID)" } ?? "is missing"
      report(.partitionMetadata, file, "the file \(found); the topic is \(expected)")
    } catch { report(.partitionMetadata, file, error) }
  }

  /// Reads the snapshot named after an offset, if there is one, and compares it with the log's
  /// batches up to there.
  func verifySnapshot(at offset: Offset) {
    let path = files(offset).producerSnapshot
    let file = name(offset, .snapshot)
    do {
      guard
        let table = try ProducerSnapshot.read(path, endOffset: offset, on: verifier.fileSystem),
        knowsProducers, !verifier.isCompacted
      else { return }
      for (id, stored) in table.producers.sorted(by: { $0.key < $1.key }) {
        // A producer that was idle for long is forgotten by one and not by the other.
        guard let replayed = producers.producers[id] else { continue }
        if let difference = difference(stored, replayed) {
          report(.producerSnapshot, file, "producer \(id): \(difference)")
        }
      }
    } catch { report(.producerSnapshot, file, error) }
  }

  /// Reads snapshots that no place of the log is compared with.
  func verifyStraySnapshots(except offsets: Set<Offset>) {
    for name in names {
      guard let file = SegmentFileName(name), file.kind == .snapshot, file.state == .live,
        !offsets.contains(file.baseOffset)
      else { continue }
      do {
        _ = try ProducerSnapshot.read(
          file.path(in: verifier.directory), endOffset: file.baseOffset, on: verifier.fileSystem)
      } catch { report(.producerSnapshot, name, error) }
    }
  }

  private func difference(_ stored: ProducerState, _ replayed: ProducerState) -> String? {
    if stored.epoch != replayed.epoch {
      return "epoch \(stored.epoch); the log has \(replayed.epoch)"
    }
    if let last = stored.batches.last, let known = replayed.batches.last,
      last.lastSequence != known.lastSequence || last.lastOffset != known.lastOffset
    {
      return "its last batch ends with sequence \(last.lastSequence) at offset "
        + "\(last.lastOffset); the log has \(known.lastSequence) at \(known.lastOffset)"
    }
    if stored.transactionStart != replayed.transactionStart {
      let begun = { (start: Offset?) in start.map { "open from \($0)" } ?? "closed" }
      return "its transaction is \(begun(stored.transactionStart)); in the log it is "
        + begun(replayed.transactionStart)
    }
    return nil
  }
}
