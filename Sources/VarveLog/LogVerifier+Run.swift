internal import VarveBase

/// One pass over a partition's directory.
struct VerifierRun: ~Copyable {
  typealias Fault = LogVerifier.Fault

  let verifier: LogVerifier
  let names: [String]
  let sink: FaultSink
  private let onProgress: (LogVerifier.Progress) -> Void
  private(set) var summary = LogVerifier.Summary()
  /// The producers' state after the batches read so far; from the first snapshot on, where the log
  /// does not begin at offset 0.
  var producers: ProducerStateTable
  /// Whether `producers` speaks for the whole history. After damage or a gap it doesn't.
  var knowsProducers = true
  var epochs: LeaderEpochs?
  private var bytesTotal = 0
  private var bytesReported = 0
  var decompressor = RecordBatchDecompressor()

  init(
    _ verifier: LogVerifier, names: [String], onFault: @escaping (Fault) -> Void,
    onProgress: @escaping (LogVerifier.Progress) -> Void
  ) {
    self.verifier = verifier
    self.names = names
    sink = FaultSink(onFault: onFault)
    self.onProgress = onProgress
    producers = ProducerStateTable()
  }

  func report(
    _ code: Fault.Code, _ file: String, _ message: String, at place: LogError.Place? = nil,
    offset: Offset? = nil
  ) {
    sink.report(code, file, message, at: place, offset: offset)
  }

  func report(_ code: Fault.Code, _ file: String, _ error: LogError) {
    sink.report(code, file, error)
  }

  mutating func verify() {
    verifyNames()
    verifySideFiles()
    let bases = bases
    summary.segments = bases.count
    summary.startOffset = max(bases.first ?? 0, verifier.logStartOffset)
    summary.endOffset = bases.first ?? verifier.logStartOffset
    bytesTotal = bases.reduce(0) { $0 + size(of: files($1).log) }
    loadFirstProducers(bases.first)
    for (index, base) in bases.enumerated() {
      let next = index + 1 < bases.count ? bases[index + 1] : nil
      verifyJoint(base, isFirst: index == 0)
      verifySegment(base, before: next)
    }
    verifyEnds(bases)
    verifySnapshot(at: summary.endOffset)
    verifyStraySnapshots(except: Set(bases).union([summary.endOffset]))
  }

  var bases: [Offset] {
    names.compactMap { name in
      guard let file = SegmentFileName(name), file.kind == .log, file.state == .live else {
        return nil
      }
      return file.baseOffset
    }
  }

  func files(_ base: Offset) -> SegmentFiles {
    SegmentFiles(directory: verifier.directory, baseOffset: base)
  }

  func name(_ base: Offset, _ kind: SegmentFileName.Kind) -> String {
    SegmentFileName(base, kind).description
  }

  private func size(of path: String) -> Int {
    (try? verifier.fileSystem.open(path, .read).byteCount()) ?? 0
  }

  /// Counts a batch, and tells how far the pass is.
  mutating func count(_ header: RecordBatchHeader, in file: String) {
    summary.batches += 1
    summary.records += Int(header.recordCount)
    summary.bytes += header.sizeInBytes
    summary.endOffset = header.nextOffset
    guard summary.bytes - bytesReported >= 1 << 20 else { return }
    bytesReported = summary.bytes
    onProgress(
      LogVerifier.Progress(file: file, bytesDone: summary.bytes, bytesTotal: bytesTotal))
  }

  // MARK: Between segments

  private func verifyJoint(_ base: Offset, isFirst: Bool) {
    guard !isFirst, base != summary.endOffset else { return }
    if base < summary.endOffset {
      report(
        .missingOffsets, name(base, .log),
        "the segment starts at offset \(base), not after the end \(summary.endOffset) before it",
        offset: base)
    } else if !verifier.isCompacted {
      report(
        .missingOffsets, name(base, .log),
        "the segment before ends at offset \(summary.endOffset): records are missing", offset: base)
    }
  }

  private func verifyEnds(_ bases: [Offset]) {
    guard let first = bases.first else {
      if verifier.recoveryPoint > verifier.logStartOffset {
        report(.missingOffsets, ".", "there is no segment", offset: verifier.logStartOffset)
      }
      return
    }
    if summary.endOffset < verifier.recoveryPoint {
      report(
        .missingOffsets, name(bases.last ?? first, .log),
        "the log ends before offset \(verifier.recoveryPoint), up to which it was synced",
        offset: summary.endOffset)
    }
  }

  /// The state before the first segment, which only a snapshot has once records before it are gone.
  private mutating func loadFirstProducers(_ first: Offset?) {
    knowsProducers = !verifier.isCompacted
    guard let first else { return }
    producers = ProducerStateTable(startOffset: first)
    guard first > 0 else { return }
    let table = try? ProducerSnapshot.read(
      files(first).producerSnapshot, endOffset: first, on: verifier.fileSystem)
    knowsProducers = knowsProducers && table != nil
    if let table { producers = table }
  }
}

/// Where faults go.
struct FaultSink {
  let onFault: (LogVerifier.Fault) -> Void

  func report(
    _ code: LogVerifier.Fault.Code, _ file: String, _ message: String,
    at place: LogError.Place? = nil, offset: Offset? = nil
  ) {
    onFault(
      LogVerifier.Fault(code, file: file, at: place, offset: offset, message))
  }

  /// Reports an error of the log's own reading of a file.
  func report(_ code: LogVerifier.Fault.Code, _ file: String, _ error: LogError) {
    report(
      error.code == .io ? .unreadable : code, file, error.message, at: error.place,
      offset: error.offset)
  }
}
