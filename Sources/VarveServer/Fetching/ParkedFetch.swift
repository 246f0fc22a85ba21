internal import VarveBase
internal import VarveBroker
internal import VarveLog
internal import VarveProtocol

/// A fetch: read at once, and answered when there is enough or its time is over. Meanwhile it is
/// registered with the logs, whose appends wake it; nothing is asked over and over.
final class ParkedFetch {
  /// `fetch.max.bytes` of Kafka's broker.
  private static let responseBytesMax = 55 << 20

  private let request: FetchRequest
  private let exchange: Exchange
  private let context: RequestContext
  private let session: FetchSessionContext
  private let isolation: IsolationLevel
  /// How many bytes of batches are sent at most, but for the first.
  private let budget: Int
  private var targets: [FetchTarget]
  private var waits: [FetchWait?]
  private var timer: Event?
  private var isAnswered = false

  init(
    _ request: FetchRequest, _ exchange: Exchange, _ context: RequestContext,
    _ session: FetchSessionContext
  ) {
    self.request = request
    self.exchange = exchange
    self.context = context
    self.session = session
    isolation = request.isolationLevel == 1 ? .readCommitted : .readUncommitted
    budget = Self.budget(request, context)
    targets = session.targets.map { FetchTarget($0.key, $0.asked, context) }
    waits = Array(repeating: nil, count: targets.count)
  }

  /// As in Kafka, a client with a quota is not sent more than that allows in ten seconds.
  private static func budget(_ request: FetchRequest, _ context: RequestContext) -> Int {
    let quota = context.broker.clientQuotas.amountMax(
      of: .consumerByteRate, user: context.access.principal.name, clientID: context.clientID)
    let most = Int(min(quota ?? .infinity, Double(responseBytesMax)))
    return min(max(Int(request.maxBytes), 0), most)
  }

  func begin() {
    if readsEnough() || request.maxWaitMilliseconds <= 0 || targets.isEmpty { return finish() }
    exchange.wait(hurry: { [self] in finish() }, abandon: { [self] in stop() })
    timer = exchange.loop.timer(after: Int64(request.maxWaitMilliseconds)) { [weak self] in
      self?.finish()
    }
    register()
  }

  /// Reads all partitions. True where the answer need not wait: there is enough, or an error.
  private func readsEnough() -> Bool {
    var byteCount = 0
    var hasFailed = false
    for index in targets.indices {
      targets[index].read(
        budget: budget - byteCount, isFirst: byteCount == 0, isolation: isolation, context)
      byteCount += targets[index].byteCount
      hasFailed = hasFailed || targets[index].hasFailed
    }
    return hasFailed || byteCount >= min(Int(request.minBytes), budget)
  }

  private func register() {
    let later = LoopBound(self, of: exchange.loop)
    for index in targets.indices where waits[index] == nil {
      waits[index] = targets[index].whenGrown { later.execute { $0.grown(index) } }
    }
  }

  private func grown(_ index: Int) {
    guard !isAnswered else { return }
    waits[index] = nil
    if readsEnough() { finish() } else { register() }
  }

  private func finish() {
    guard !isAnswered else { return }
    stop()
    var response = session.response(to: targets, isolation)
    response.throttleMilliseconds = exchange.take(
      Double(targets.reduce(0) { $0 + $1.byteCount }), of: .consumerByteRate, context)
    exchange.answer(response.reply(to: context.header))
  }

  private func stop() {
    isAnswered = true
    timer = nil
    for wait in waits { wait?.cancel() }
    waits = []
  }
}
