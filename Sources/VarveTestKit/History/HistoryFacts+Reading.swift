internal import Varve

extension HistoryFacts {
  init(_ history: History) {
    var stretches = Stretches()
    for (time, event) in history.events.enumerated() {
      switch event {
      case .sent(let record): add(record)
      case .acknowledged(let id, let offset): answer(id, .acknowledged, at: offset)
      case .failed(let id): answer(id, .failed)
      case .unknown(let id): answer(id, .unknown)
      case .began, .addedOffset, .committing, .ended: addTransactional(event, at: time)
      case .gained, .gaveUp, .positioned, .crashed, .atRest: addMove(event, &stretches)
      case .read(let sighting, let member): add(sighting, by: member, &stretches)
      case .audited(let sighting): add(sighting, by: nil, &stretches)
      case .auditing(let partition, let isolation, let from):
        beginAudit(of: partitions.number(of: partition), isolation, from, &stretches)
      case .committedOffset(let group, let partition, let offset, let outcome):
        let place = place(group, partition)
        commits.append(
          Commit(
            place: place, offset: offset, transaction: nil, outcome: outcome, time: time,
            latest: time))
      case .fetchedOffset(let group, let partition, let offset):
        fetches.append(Fetch(place: place(group, partition), offset: offset))
      case .restarted: break
      }
    }
  }

  private mutating func place(_ group: String, _ partition: TopicPartition) -> GroupPartition {
    GroupPartition(group: groups.number(of: group), partition: partitions.number(of: partition))
  }

  private mutating func noteMistake(_ sentence: String, records: [RecordID] = []) {
    mistakes.append(HistoryViolation(.misrecorded, sentence, records: records))
  }
}

// MARK: - Producers

extension HistoryFacts {
  private mutating func add(_ sent: SentRecord) {
    let number = Int32(records.count)
    if let known = recordNumbers.updateValue(number, forKey: sent.id) {
      recordNumbers[sent.id] = known
      return noteMistake("record \(sent.id) was sent twice", records: [sent.id])
    }
    let transaction = sent.transaction.map { self.transaction($0) }
    records.append(
      Record(
        id: sent.id, producer: producers.number(of: sent.producer),
        partition: partitions.number(of: sent.partition), transaction: transaction,
        sequence: sent.sequence, isIdempotent: sent.isIdempotent, source: sent.source))
    if let transaction { transactions[Int(transaction)].records.append(number) }
  }

  private mutating func answer(_ id: RecordID, _ answer: Answer, at offset: Offset? = nil) {
    guard let number = recordNumbers[id].map(Int.init) else {
      return noteMistake("record \(id) was answered and never sent", records: [id])
    }
    guard records[number].answer == .unknown || records[number].answer == answer else {
      return noteMistake("record \(id) was acknowledged and has failed", records: [id])
    }
    records[number].answer = answer
    records[number].acknowledgedOffset = offset ?? records[number].acknowledgedOffset
  }

  private mutating func transaction(_ id: TransactionID) -> Int32 {
    if let known = transactionNumbers[id] { return known }
    let number = Int32(transactions.count)
    transactionNumbers[id] = number
    transactions.append(Transaction(id: id))
    return number
  }

  private mutating func addTransactional(_ event: HistoryEvent, at time: Int) {
    switch event {
    case .began(let id, let producer): begin(id, by: producer, at: time)
    case .committing(let id):
      let number = Int(transaction(id))
      transactions[number].isCommitting = true
      setCommitTime(number, time)
    case .ended(let id, let outcome): end(id, outcome, at: time)
    case .addedOffset(let id, let group, let partition, let offset):
      let number = transaction(id)
      transactions[Int(number)].commits.append(Int32(commits.count))
      commits.append(
        Commit(
          place: place(group, partition), offset: offset, transaction: number, outcome: .unknown,
          time: time, latest: .max))
    default: break
    }
  }

  /// A producer that begins a transaction has learnt, or made sure, that the one before is over.
  private mutating func begin(_ id: TransactionID, by producer: String, at time: Int) {
    let isKnown = transactionNumbers[id] != nil
    let number = transaction(id)
    if isKnown { noteMistake("transaction \(id) begins a second time, or after its records") }
    let before = lastTransactions.updateValue(number, forKey: producers.number(of: producer))
    for commit in before.map({ transactions[Int($0)].commits }) ?? [] {
      commits[Int(commit)].latest = min(commits[Int(commit)].latest, time)
    }
  }

  private mutating func end(_ id: TransactionID, _ outcome: TransactionOutcome, at time: Int) {
    let number = Int(transaction(id))
    if let known = transactions[number].outcome, known != outcome, known != .unknown {
      return noteMistake("transaction \(id) was \(known) and then \(outcome)")
    }
    transactions[number].outcome = outcome
    guard outcome != .unknown else { return }
    setCommitTime(number, time)
    for commit in transactions[number].commits { commits[Int(commit)].latest = time }
  }

  private mutating func setCommitTime(_ transaction: Int, _ time: Int) {
    for commit in transactions[transaction].commits { commits[Int(commit)].time = time }
  }
}

// MARK: - Readers

/// Numbers what a reader read of a partition without a break.
private struct Stretches {
  private struct Key: Hashable {
    /// -1 for the final read.
    let member: Int32
    let partition: Int32
    let isolation: Isolation
  }

  private var current: [Key: Int32] = [:]
  private var last: (key: Key, stretch: Int32)?
  private var count: Int32 = 0

  mutating func stretch(_ member: Int32?, _ partition: Int32, _ isolation: Isolation) -> Int32 {
    let key = Key(member: member ?? -1, partition: partition, isolation: isolation)
    if let last, last.key == key { return last.stretch }
    let stretch = current[key] ?? count
    if stretch == count {
      current[key] = stretch
      count += 1
    }
    last = (key, stretch)
    return stretch
  }

  /// Ends what the member reads of the partition, or of all of them.
  mutating func end(_ member: Int32?, _ partition: Int32?) {
    last = nil
    if let partition {
      for isolation in [Isolation.readCommitted, .readUncommitted] {
        current[Key(member: member ?? -1, partition: partition, isolation: isolation)] = nil
      }
    } else {
      current = current.filter { $0.key.member != member }
    }
  }
}

extension HistoryFacts {
  private mutating func number(of member: GroupMember) -> Int32 {
    let number = members.number(of: member)
    if Int(number) == groupOfMember.count {
      groupOfMember.append(groups.number(of: member.group))
    }
    return number
  }

  private mutating func add(
    _ seen: RecordSighting, by member: GroupMember?, _ stretches: inout Stretches
  ) {
    let reader = member.map { self.number(of: $0) }
    let partition = partitions.number(of: seen.partition)
    let number = recordNumbers[seen.record]
    sightings.append(
      Sighting(
        id: seen.record, record: number, partition: partition, offset: seen.offset,
        isolation: seen.isolation,
        stretch: stretches.stretch(reader, partition, seen.isolation), member: reader))
    guard let number = number.map(Int.init), records[number].partition == partition else { return }
    if records[number].seenOffset == nil { records[number].seenOffset = seen.offset }
    let kind: Readers =
      switch (seen.isolation, member) {
      case (.readCommitted, nil): .committedAudit
      case (.readCommitted, _): .committed
      case (.readUncommitted, nil): .uncommittedAudit
      case (.readUncommitted, _): .uncommitted
      }
    records[number].seenBy.insert(kind)
  }

  private mutating func beginAudit(
    of partition: Int32, _ isolation: Isolation, _ from: Offset, _ stretches: inout Stretches
  ) {
    stretches.end(nil, partition)
    switch isolation {
    case .readCommitted: audits[partition, default: Audits()].committedFrom = from
    case .readUncommitted: audits[partition, default: Audits()].uncommittedFrom = from
    }
  }

  private mutating func addMove(_ event: HistoryEvent, _ stretches: inout Stretches) {
    switch event {
    case .gained(let member, let partition):
      let (member, partition) = (number(of: member), partitions.number(of: partition))
      stretches.end(member, partition)
      moves.append(.gained(member: member, partition: partition))
    case .gaveUp(let member, let partition):
      let (member, partition) = (number(of: member), partitions.number(of: partition))
      stretches.end(member, partition)
      moves.append(.gaveUp(member: member, partition: partition))
    case .positioned(let member, let partition):
      stretches.end(number(of: member), partitions.number(of: partition))
    case .crashed(let member):
      let member = number(of: member)
      stretches.end(member, nil)
      moves.append(.crashed(member: member))
    case .atRest(let group, let owned):
      moves.append(
        .atRest(
          group: groups.number(of: group), partitions: owned.map { partitions.number(of: $0) }))
    default: break
    }
  }
}
