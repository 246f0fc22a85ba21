/// How many bytes the records of a batch may take, and whose turn it is to have many in memory.
struct DecodingLimit: ~Copyable {
  let byteCountMax: Int
  private let payloads: LargePayloads?
  private var turn: LargePayloads.Turn?

  /// Of a batch with a turn, or one that takes it where that is needed; without `payloads` only the
  /// number counts, which is 2 GiB at most.
  init(
    _ byteCountMax: Int, sharing payloads: LargePayloads? = nil,
    _ turn: consuming LargePayloads.Turn? = nil
  ) {
    self.byteCountMax = min(max(0, byteCountMax), Int(Int32.max) - 1)
    self.payloads = payloads
    self.turn = turn
  }

  /// Whether the batch has the turn.
  var isLarge: Bool { turn != nil }

  /// What there may be before the next question.
  fileprivate var byteCount: Int {
    payloads == nil || isLarge
      ? byteCountMax : min(byteCountMax, LargePayloads.ordinaryByteCountMax)
  }

  /// Throws `.tooLarge` where so many bytes are too many, `.busy` where another batch has the turn
  /// that they take.
  mutating func admit(_ count: Int) throws(RecordBatchError) {
    guard count <= byteCountMax else { throw .pastLimit(byteCountMax) }
    guard count > byteCount, let payloads else { return }
    turn = payloads.take()
    guard isLarge else {
      throw RecordBatchError(
        .busy, "another batch is unpacked that takes much memory: try again once it is done")
    }
  }

  /// Lets the turn go.
  mutating func end() { turn = nil }
}

extension GrowingBytes {
  /// Makes room for more output and returns how much may be written. Allows one byte more than
  /// the limit, for its arrival proves that there is too much: throws as `admit` does then.
  ///
  /// Past a sixteenth of the limit there is room for all of it, so that little is moved to larger
  /// room, and little is left of what it was moved from. Room that is not written to is no memory.
  mutating func roomToDecode(limit: inout DecodingLimit) throws(RecordBatchError) -> Int {
    try limit.admit(count)
    let allowed = limit.byteCount + 1 - count
    if free == 0 {
      reserve(count > limit.byteCount / 16 ? allowed : min(allowed, max(count, 1024)))
    }
    return min(free, allowed)
  }
}
