internal import Synchronization
internal import VarveBase
internal import VarveClient
internal import VarveProtocol

/// The brokers of a cluster, the connections to them, and what they said of each other.
final class RemoteBrokers: Sendable {
  /// Requests of one lane of a broker share a connection, on which answers come in order: what may
  /// take long has one that nobody else waits for.
  enum Lane: Hashable {
    case questions
    case appends
    case reads
    /// Waits for records.
    case watch(Int)
    /// A consumer of a share group, whose sessions are of their connections.
    case shares(ShareIdentity)
  }

  let options: Varve.ConnectOptions
  private let linkOptions: Link.Options
  private let bootstrap: [BrokerAddress]
  private let state = Mutex(State())

  private struct State {
    var metadata = RemoteMetadata()
    var links: [Place: Link] = [:]
    var coordinators: [Coordinated: BrokerAddress] = [:]
    /// Which of the brokers is asked what any of them knows.
    var turn = 0
    var isClosed = false
  }

  private struct Place: Hashable {
    let address: BrokerAddress
    let lane: Lane
  }

  /// What has a coordinator.
  enum Coordinated: Hashable {
    case group(String)
    case transactions(String)
  }

  /// Throws `.invalidArgument` for files that cannot be used.
  init(_ bootstrap: [BrokerAddress], options: Varve.ConnectOptions) throws(VarveError) {
    self.bootstrap = bootstrap
    self.options = options
    linkOptions = try options.link()
  }

  deinit { close() }

  var bootstrapCount: Int { bootstrap.count }

  var isClosed: Bool { state.withLock { $0.isClosed } }

  /// Ends all connections: who waits gets `.closed`.
  func close() {
    let links = state.withLock { state in
      state.isClosed = true
      defer { state.links = [:] }
      return state.links.values
    }
    for link in links { link.close() }
  }

  /// Closes the connections of a lane, which nobody is to use again.
  func end(_ lane: Lane) {
    let links = state.withLock { state in
      let ended = state.links.filter { $0.key.lane == lane }
      for place in ended.keys { state.links[place] = nil }
      return ended.values
    }
    for link in links { link.close() }
  }

  /// The way to a broker.
  func link(to address: BrokerAddress, _ lane: Lane) throws(ClientError) -> Link {
    let place = Place(address: address, lane: lane)
    return try state.withLock { state throws(ClientError) in
      if state.isClosed { throw ClientError(.closed, "the connection to \(address) was closed") }
      if let link = state.links[place] { return link }
      let link = Link(to: address, options: linkOptions)
      state.links[place] = link
      return link
    }
  }

  func ask<Asked: Question>(
    _ question: Asked, at address: BrokerAddress, _ lane: Lane = .questions
  ) async throws(ClientError) -> Asked.Reply {
    try await link(to: address, lane).ask(question, timeout: options.requestTimeout)
  }

  /// Asks one of the brokers. One that cannot be reached is not asked again at once.
  func askAny<Asked: Question>(_ question: Asked) async throws(ClientError) -> Asked.Reply {
    let (turn, addresses) = state.withLock { state in
      let known = Set(state.metadata.brokers.values)
      let others = bootstrap.filter { !known.contains($0) }
      return (state.turn, known.sorted { $0.description < $1.description } + others)
    }
    do throws(ClientError) {
      return try await ask(question, at: addresses[turn % addresses.count])
    } catch {
      state.withLock { $0.turn = $0.turn == turn ? (turn + 1) % addresses.count : $0.turn }
      throw error
    }
  }
}

// MARK: - Who has what

extension RemoteBrokers {
  func topic(_ name: TopicName) -> RemoteMetadata.Topic? { state.withLock { $0.metadata[name] } }

  func leader(of partition: TopicPartition) -> BrokerAddress? {
    state.withLock { $0.metadata.leader(of: partition) }
  }

  var addresses: [BrokerAddress] {
    state.withLock { Array(Set($0.metadata.brokers.values)) }
  }

  func forget(_ topic: TopicName) { state.withLock { $0.metadata.forget(topic) } }

  /// Asks anew for brokers, and for topics; nil for all of them.
  @discardableResult
  func refresh(_ topics: [TopicName]?) async throws(ClientError) -> MetadataResponse {
    var request = MetadataRequest()
    request.allowsAutoTopicCreation = false
    request.topics = topics?.map { name in
      var topic = MetadataRequest.Topic()
      topic.name = name.description
      return topic
    }
    let response = try await askAny(request)
    state.withLock { $0.metadata.take(response) }
    return response
  }

  /// Asks the coordinator of a group or of transactions.
  func ask<Asked: Question>(
    _ question: Asked, coordinating what: Coordinated
  ) async throws(CoordinatorFailure) -> Asked.Reply {
    let known = state.withLock { $0.coordinators[what] }
    let address: BrokerAddress
    if let known { address = known } else { address = try await find(what) }
    do throws(ClientError) { return try await ask(question, at: address) } catch {
      forget(what)
      throw .client(error)
    }
  }

  /// The coordinator has moved, or may have.
  func forget(_ what: Coordinated) { state.withLock { $0.coordinators[what] = nil } }

  private func find(_ what: Coordinated) async throws(CoordinatorFailure) -> BrokerAddress {
    var request = FindCoordinatorRequest()
    switch what {
    case .group(let name): request.coordinatorKeys = [name]
    case .transactions(let id):
      request.coordinatorKeys = [id]
      request.keyType = 1
    }
    let response: FindCoordinatorResponse
    do throws(ClientError) { response = try await askAny(request) } catch { throw .client(error) }
    guard let found = response.coordinators.first else {
      throw .refused(.coordinatorNotAvailable, nil)
    }
    guard found.errorCode == .none, let port = UInt16(exactly: found.port) else {
      throw .refused(found.errorCode, found.errorMessage)
    }
    let address = BrokerAddress(host: found.host, port: port)
    state.withLock { $0.coordinators[what] = address }
    return address
  }
}

/// Why a coordinator could not be asked.
enum CoordinatorFailure: Error {
  case client(ClientError)
  case refused(ErrorCode, String?)
}
