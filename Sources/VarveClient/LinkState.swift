internal import VarveBase
internal import VarveProtocol

/// The requests of a connection: those that wait for it, and those that wait for their answers.
///
///     idle ──add()──▶ running ──end()──▶ idle
///                        │
///                        └──close()──▶ closed
///
/// While it runs a thread connects, sends what is queued, and brings answers. It makes no
/// difference to this state whether the connection stands already.
struct LinkState {
  enum Phase { case idle, running, closed }

  private(set) var phase = Phase.idle
  private var queued: [LinkRequest] = []
  private var inFlight: [Int32: LinkRequest] = [:]
  private var nextID: Int32 = 0
  /// Of the thread that runs.
  var waker: WakePipe?

  /// What is to be done with a request that comes.
  enum Admission {
    /// A thread is to be started for it.
    case start
    /// The thread is to be woken.
    case wake(WakePipe?)
    /// The connection is closed.
    case refuse
  }

  mutating func add(_ request: LinkRequest) -> Admission {
    switch phase {
    case .closed: return .refuse
    case .idle:
      queued.append(request)
      phase = .running
      return .start
    case .running:
      queued.append(request)
      return .wake(queued.count == 1 ? waker : nil)
    }
  }

  /// The requests that are to be sent now; they count as sent.
  enum Departure {
    case frame(ByteSlice)
    /// The broker speaks no version that would do.
    case impossible(LinkRequest)
  }

  mutating func depart(_ versions: BrokerVersions) -> [Departure] {
    defer { queued = [] }
    return queued.map { request in
      guard let version = versions.common(request.api.key, among: request.versions) else {
        return .impossible(request)
      }
      var sent = request
      sent.version = version
      nextID = nextID == .max ? 0 : nextID + 1
      inFlight[nextID] = sent
      return .frame(request.frame(version, nextID))
    }
  }

  /// The request that an answer belongs to; nil where none does.
  mutating func answered(_ correlationID: Int32) -> LinkRequest? {
    inFlight.removeValue(forKey: correlationID)
  }

  /// When somebody has waited for long enough; nil where nobody waits.
  var deadline: ContinuousClock.Instant? {
    let sent = inFlight.values.lazy.map(\.deadline).min()
    let waiting = queued.lazy.map(\.deadline).min()
    guard let sent, let waiting else { return sent ?? waiting }
    return min(sent, waiting)
  }

  var isClosed: Bool { phase == .closed }

  /// The connection is lost, or never came to be. The next request starts another one.
  mutating func end() -> (sent: [LinkRequest], unsent: [LinkRequest]) {
    defer {
      queued = []
      inFlight = [:]
      waker = nil
      if phase == .running { phase = .idle }
    }
    // In the order in which they were sent, for those who care.
    return (inFlight.sorted { $0.key < $1.key }.map(\.value), queued)
  }

  /// Nothing more is taken. Returns whom to wake; the thread ends what there is.
  mutating func close() -> WakePipe? {
    phase = .closed
    return waker
  }
}
