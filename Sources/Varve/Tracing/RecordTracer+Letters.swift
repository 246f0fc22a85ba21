internal import VarveBase
internal import VarveBroker

/// The headers that tell of where a record was before.
package enum TraceHeader {
  /// Of a record that was sent back from the dead letters: `TOPIC/PARTITION@OFFSET` of its letter.
  package static let redriveOf = "varve.redrive.of"
}

extension TracedRecord {
  /// What its headers say. A letter has its record's own headers, too: its own count first.
  var origin: RecordTracer.Origin? {
    if let topic = header(DeadLetterHeader.topic.rawValue),
      let partition = header(DeadLetterHeader.partition.rawValue),
      let offset = header(DeadLetterHeader.offset.rawValue),
      let place = TracePlace("\(topic)/\(partition)@\(offset)")
    {
      return .letter(of: place)
    }
    return header(TraceHeader.redriveOf).flatMap { TracePlace($0) }.map { .redriven(from: $0) }
  }
}

extension RecordTracer.Origin {
  package var place: TracePlace {
    switch self {
    case .letter(let place), .redriven(let place): place
    }
  }
}

extension RecordTracer {
  /// The oldest record that this one comes from and that can be read.
  func firstOrigin(of record: TracedRecord) async throws(VarveError) -> TracedRecord {
    var (first, known): (TracedRecord, Set<TracePlace>) = (record, [record.place])
    while let place = first.origin?.place, known.insert(place).inserted {
      guard let before = try await self.record(at: place) else { break }
      first = before
    }
    return first
  }

  /// Nil where it is gone, with its topic or alone.
  private func record(at place: TracePlace) async throws(VarveError) -> TracedRecord? {
    do throws(VarveError) { return try await TracedRecord(at: place, in: cluster) } catch {
      switch error.code {
      case .offsetOutOfRange, .unknownTopicOrPartition: return nil
      default: throw error
      }
    }
  }

  /// The dead letters of a record, or, of a letter, the records that were sent back from it.
  func successors(of stop: Stop) async throws(VarveError) -> [TracedRecord] {
    let place = stop.record.place
    if case .letter(let origin)? = stop.record.origin {
      let sentBack = try await records(
        of: origin.partition.topic.description, after: origin,
        from: .redriven(from: place))
      if !sentBack.isEmpty { return sentBack }
    }
    var found: [TracedRecord] = []
    for topic in topics(ofLettersFrom: stop) {
      found += try await records(of: topic, after: nil, from: .letter(of: place))
    }
    return found
  }

  private func topics(ofLettersFrom stop: Stop) -> [String] {
    let own = stop.record.place.partition.topic.description
    let told = stop.steps.filter { $0.name == .letter }
      .compactMap { TracePlace($0.detail)?.partition.topic.description }
    var topics: [String] = []
    for topic in told + letterTopics + ["\(own).dead"] where topic != own && !topics.contains(topic)
    {
      topics.append(topic)
    }
    return topics
  }

  /// The records of a topic that come from another, after a place in it where that is one of the
  /// topic's; none where there is no such topic.
  private func records(
    of topic: String, after first: TracePlace?, from origin: Origin
  ) async throws(VarveError) -> [TracedRecord] {
    var found: [TracedRecord] = []
    for client in try await partitions(of: topic) {
      var start = try await client.info().startOffset
      if let first, client.id == first.partition { start = Swift.max(start, first.offset + 1) }
      var reader = BatchReader(client, from: start, isolation: .readCommitted)
      while let batch = try await reader.fetch() {
        for record in batch where record.comes(from: origin.place) {
          let traced = try await TracedRecord(
            at: TracePlace(client.id, record.offset), in: cluster)
          if traced.origin == origin { found.append(traced) }
        }
      }
    }
    return found
  }

  /// None where there is no such topic.
  func partitions(of topic: String) async throws(VarveError) -> [any PartitionClient] {
    do throws(VarveError) { return try await cluster.route(to: topic).partitions } catch {
      guard error.code == .unknownTopicOrPartition else { throw error }
      return []
    }
  }
}

extension Record {
  /// Whether its headers may name a place: for a quick look.
  fileprivate func comes(from place: TracePlace) -> Bool {
    headers.contains { header in
      switch String(decoding: header.name, as: UTF8.self) {
      case TraceHeader.redriveOf: header.value.map { Array($0) == Array("\(place)".utf8) } ?? false
      case DeadLetterHeader.offset.rawValue:
        header.value.map { Array($0) == Array("\(place.offset)".utf8) } ?? false
      default: false
      }
    }
  }
}
