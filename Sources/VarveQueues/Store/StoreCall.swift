internal import Varve

/// What callers want of a store.
enum StoreCall: Sendable {
  typealias Answer<Value> = CheckedContinuation<Result<Value, QueueError>, Never>

  case read(ByteSlice, Answer<StoreEntry?>)
  case readAll(Answer<[ByteSlice: StoreEntry]>)
  case change([EncodedChange], Answer<[StoreOutcome]>)

  var isChange: Bool { if case .change = self { true } else { false } }

  func fail(_ error: QueueError) {
    switch self {
    case .read(_, let answer): answer.resume(returning: .failure(error))
    case .readAll(let answer): answer.resume(returning: .failure(error))
    case .change(_, let answer): answer.resume(returning: .failure(error))
    }
  }
}

/// What became of a change.
enum StoreOutcome: Sendable {
  case written(Offset)
  case nothing
  case kept(StoreEntry)
}
