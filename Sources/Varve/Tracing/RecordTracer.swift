/// Finds out what happened to a record, and to its dead letters and those sent back, from what the
/// log has: nothing but topics are read, here or of a broker.
package struct RecordTracer {
  let cluster: any Cluster
  /// Topics of dead letters that are looked through, beside `TOPIC.dead` and those that a trace
  /// names.
  package var letterTopics: [String] = []
  /// So many records are followed at most: what goes round and round ends somewhere.
  private static let recordsMax = 100

  package init(_ varve: Varve) { cluster = varve.cluster }

  /// A record of a way.
  package struct Stop: Sendable {
    package let record: TracedRecord
    /// Where it came from, nil for the first.
    package let origin: Origin?
    package let steps: [TraceStep]
    /// Share groups whose deliveries of it were not written down.
    package let untracedGroups: [String]
  }

  package enum Origin: Hashable, Sendable {
    /// It is a dead letter of a record.
    case letter(of: TracePlace)
    /// It was sent back from the dead letters.
    case redriven(from: TracePlace)
  }

  /// The way of a record, from its first origin that is still there, each stop after the one that
  /// it came from.
  ///
  /// Throws as reading the record does.
  package func trace(_ place: TracePlace) async throws(VarveError) -> [Stop] {
    let first = try await firstOrigin(of: try await TracedRecord(at: place, in: cluster))
    var stops: [Stop] = []
    var (left, known): ([TracedRecord], Set<TracePlace>) = ([first], [first.place])
    while let record = left.popLast(), stops.count < Self.recordsMax {
      let stop = try await stop(record)
      stops.append(stop)
      for next in try await successors(of: stop).reversed()
      where known.insert(next.place).inserted {
        left.append(next)
      }
    }
    return stops
  }

  private func stop(_ record: TracedRecord) async throws(VarveError) -> Stop {
    let told = try await toldEvents(of: record)
    let state = try await stateChanges(of: record, tracedGroups: told.groups)
    let commits = try await commits(past: record)
    let found = (record.transactionSteps + told.steps + state.steps + commits).inOrder()
    return Stop(
      record: record, origin: record.origin, steps: record.ownSteps + found,
      untracedGroups: state.untraced)
  }
}
