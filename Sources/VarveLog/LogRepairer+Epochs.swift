internal import VarveBase

/// Decides which leader epochs are the right ones, where the checkpoint and the batches disagree.
///
/// The field is under no checksum in either. Whoever is in the majority is believed, and where
/// there is no readable checkpoint, what rises from batch to batch.
struct RepairedEpochs {
  /// Batches in a row with the same epoch.
  private struct Run {
    var epoch: Int32
    var start: Offset
    var count = 0
    /// Where they are; empty once they are too many to be the ones that are wrong.
    var places: [Place] = []
  }

  struct Place: Equatable {
    var segment: Offset
    var position: Int
    var offset: Offset
  }

  private static let placesMax = 1000
  private var runs: [Run] = []

  /// A batch without a position is none of the old file's, and is not corrected.
  mutating func add(_ header: RecordBatchHeader, in segment: Offset, at position: Int?) {
    if runs.last?.epoch != header.partitionLeaderEpoch {
      runs.append(Run(epoch: header.partitionLeaderEpoch, start: header.baseOffset))
    }
    let last = runs.count - 1
    runs[last].count += 1
    if runs[last].count > Self.placesMax {
      runs[last].places = []
    } else if let position {
      runs[last].places.append(
        Place(segment: segment, position: position, offset: header.baseOffset))
    }
  }

  /// The epochs to go by from now on.
  func decided(_ checkpoint: LeaderEpochs?, start: Offset) -> LeaderEpochs {
    if let checkpoint, agreement(with: checkpoint) >= 0 { return checkpoint }
    var epochs = LeaderEpochs()
    for (index, run) in runs.enumerated() {
      // One that is followed by a lower one is a flipped bit, or it was never there.
      let isPassing = runs[(index + 1)...].contains { $0.epoch < run.epoch }
      if !isPassing { epochs.assign(run.epoch, startOffset: run.start) }
    }
    epochs.truncateFromStart(to: start)
    return epochs
  }

  /// Batches that agree less those that don't.
  private func agreement(with epochs: LeaderEpochs) -> Int {
    runs.reduce(0) { sum, run in
      epochs.epoch(at: run.start) == run.epoch ? sum + run.count : sum - run.count
    }
  }

  /// The batches to be changed, and what they must say.
  func corrections(to epochs: LeaderEpochs, from start: Offset) -> [(Place, Int32)] {
    runs.flatMap { run in
      run.places.compactMap { place in
        guard place.offset >= start, let epoch = epochs.epoch(at: place.offset), epoch != run.epoch
        else { return nil }
        return (place, epoch)
      }
    }
  }
}

extension SegmentRepair {
  /// Gives the empty batches their epochs: one for each epoch that a gap spans.
  mutating func fillGaps(by epochs: LeaderEpochs) {
    pieces = pieces.flatMap { piece -> [Piece] in
      guard case .gap(let offsets, _) = piece else { return [piece] }
      let starts = epochs.entries.map(\.startOffset).filter {
        $0 > offsets.lowerBound && $0 < offsets.upperBound
      }
      let bounds = [offsets.lowerBound] + starts + [offsets.upperBound]
      return zip(bounds, bounds.dropFirst()).map { lower, upper in
        .gap(lower..<upper, leaderEpoch: epochs.epoch(at: lower) ?? -1)
      }
    }
  }
}
