public import VarveBase

extension GroupConsumer {
  /// Processes records of different keys at the same time, and those of one key in their order:
  /// as many at once as there are lanes, however few partitions the group has.
  ///
  /// ```swift
  /// try await consumer.process(lanes: 64) { record, partition in
  ///   try await bill(record)
  /// }
  /// ```
  ///
  /// Records of a key share a lane; those without a key go to the lanes in turn. What is committed
  /// never passes a record that is not finished, so that after a crash every record was processed
  /// or is processed again. With ``CommitMode/beforeProcessing`` a batch is committed before its
  /// records enter their lanes; with ``CommitMode/manual`` nothing is committed.
  ///
  /// It goes on until the consumer is closed, and then returns; it throws what ``next()`` throws,
  /// and the first error of the handler. After that, handlers that still run are cancelled and
  /// waited for, and the consumer is back at the first record that is not finished. A handler must
  /// not wait for ``close()``, which waits for the handlers.
  ///
  /// - Parameters:
  ///   - count: how many records are processed at once.
  ///   - inFlight: how many are read ahead and wait for their lane at most; when there are as many,
  ///     no more are read.
  ///   - handler: called for each record, with the partition that it is from.
  public func process(
    lanes count: Int, inFlight: Int = 1_024,
    _ handler: @escaping @Sendable (Record, TopicPartition) async throws -> Void
  ) async throws {
    guard count > 0, inFlight > 0 else {
      throw VarveError(.invalidArgument, "lanes and inFlight must be above 0")
    }
    let lanes = Lanes(count: count, inFlightMax: inFlight)
    let commits = options.commit == .afterProcessing
    withState { state in
      state.settle = { [weak self] partitions in
        if self?.isClosed ?? true { lanes.end() }
        await lanes.settle(partitions)
        if commits { await self?.commitFinally(lanes.takeMarks(of: partitions)) }
        _ = lanes.forget(partitions)
      }
    }
    defer { withState { $0.settle = nil } }
    do {
      try await run(lanes, commits: commits, handler)
    } catch {
      if commits { await commitFinally(lanes.takeMarks()) }
      for (partition, offset) in lanes.forget() { reader.moveBack(partition, to: offset) }
      if Task.isCancelled { await close() }
      throw error
    }
  }

  private func run(
    _ lanes: Lanes, commits: Bool,
    _ handler: @escaping @Sendable (Record, TopicPartition) async throws -> Void
  ) async throws {
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      for lane in lanes.queues.indices {
        tasks.addTask { try await lanes.run(lane, handler) }
      }
      tasks.addTask { try await self.fill(lanes) }
      if commits { tasks.addTask { try await self.commitMarks(of: lanes) } }
      // An error leaves the group, which cancels the others and waits for them.
      while try await tasks.next() != nil {}
    }
  }

  /// Reads batches into the lanes until the consumer is closed.
  private func fill(_ lanes: Lanes) async throws(VarveError) {
    let mode = options.commit == .beforeProcessing ? options.commit : .manual
    defer { lanes.close() }
    while let batch = try await next(committing: mode) {
      lanes.open(batch)
      var isWhole = true
      for record in batch where isWhole {
        isWhole = await lanes.put(record, from: batch.source)
      }
      if isWhole { lanes.read(batch) }
    }
  }

  /// Commits how far the lanes are, one commit at a time, until they are done.
  private func commitMarks(of lanes: Lanes) async throws(VarveError) {
    while let marks = await lanes.nextMarks() {
      do { try await commit(marks) } catch {
        // Given up meanwhile: the group has been told how far it was, or others do it again.
        if error.code != .notAssigned { throw error }
      }
    }
  }

  /// A last commit, where there is an error to be told already, or nobody to tell it: what is not
  /// committed is processed again.
  private func commitFinally(_ marks: [TopicPartition: OffsetAndMetadata]) async {
    do { try await commit(marks) } catch {}
  }
}
