internal import Synchronization
internal import VarveBase
internal import VarveClient
internal import VarveProtocol

/// A share session with one broker (KIP-932): what a member fetches there, and says of its records,
/// numbered in the order in which it is sent.
///
/// All of it goes over one connection, which is the session's own: a fetch that waits holds up
/// nobody else, and the session's next request ends its wait at a Varve broker; at others it waits
/// for its answer. A session ends with its connection. What fails leaves the next request to begin
/// another one.
final class RemoteShareSession: Sendable {
  /// The first versions that keep to a number of records (KIP-1206), and renew (KIP-1222).
  private static let versions: ClosedRange<Int16> = 2...2

  private let address: BrokerAddress
  private let identity: ShareIdentity
  private let brokers: RemoteBrokers
  private let state = Mutex(State())

  fileprivate struct State {
    /// Of the next request; 0 where there is no session.
    var epoch: Int32 = 0
    var beginning = Beginning()
    /// What the broker has heard to be fetched from.
    var known: Set<AssignedPartition> = []
    var fetches = 0
  }

  /// How a session was begun, which its requests know it by.
  fileprivate final class Beginning: Sendable {
    let refusal = Mutex<ErrorCode?>(nil)
  }

  init(with address: BrokerAddress, of identity: ShareIdentity, _ brokers: RemoteBrokers) {
    self.address = address
    self.identity = identity
    self.brokers = brokers
  }

  /// What a fetch brought.
  struct Fetched: Sendable {
    let response: ShareFetchResponse
    /// Whether another request has ended its wait, or may have.
    let isHurried: Bool
  }

  /// Fetches from partitions, and waits for so long for a record.
  func fetch(
    _ targets: Set<AssignedPartition>, recordsMax: Int, bytesMax: Int, wait: Duration
  ) async -> Result<Fetched, VarveError> {
    state.withLock { $0.fetches += 1 }
    defer { state.withLock { $0.fetches -= 1 } }
    var next: Int32 = 0
    let result: Result<ShareFetchResponse, VarveError> = await ask { epoch, known in
      defer { known = targets }
      next = Self.following(epoch)
      return ShareFetchRequest(
        identity, epoch: epoch, adding: targets.subtracting(known),
        forgetting: known.subtracting(targets), recordsMax: recordsMax, bytesMax: bytesMax,
        wait: wait)
    }
    let isHurried = state.withLock { $0.epoch } != next
    return result.map { Fetched(response: $0, isHurried: isHurried) }
  }

  /// Says what became of records of a partition, and returns what the broker says to that.
  func acknowledge(
    _ batches: [ShareAcknowledgementBatch], of target: AssignedPartition, isRenewal: Bool
  ) async -> Result<ShareAcknowledgeResponse.Topic.Partition, VarveError> {
    let result: Result<ShareAcknowledgeResponse, VarveError> = await ask { epoch, _ in
      ShareAcknowledgeRequest(
        identity, epoch: epoch, batches, of: target, isRenewal: isRenewal)
    }
    return result.flatMap { response in
      guard let answer = response.topics.first?.partitions.first else {
        return .failure(
          VarveError(.badAnswer, "the broker at \(address) did not answer an acknowledgement"))
      }
      return .success(answer)
    }
  }

  /// Ends the wait of a fetch, where the broker lets it be ended.
  func hurry() async {
    guard state.withLock({ $0.fetches > 0 }) else { return }
    // What is wrong shows in the fetch.
    let _: Result<ShareAcknowledgeResponse, VarveError> = await ask { epoch, _ in
      ShareAcknowledgeRequest(identity, epoch: epoch)
    }
  }

  /// Ends the session: the broker gives to others what the member had. One that cannot be reached
  /// does so when it has lost the connection.
  func end() async throws(VarveError) {
    guard state.withLock({ $0.epoch != 0 }) else { return }
    let result: Result<ShareAcknowledgeResponse, VarveError> = await ask { _, _ in
      ShareAcknowledgeRequest(identity, epoch: -1)
    }
    state.withLock { $0.forget($0.beginning) }
    do throws(VarveError) { _ = try result.get() } catch {
      guard error.code == .unavailable || error.code == .closed else { throw error }
    }
  }

  // MARK: Asking

  /// Asks something as the session's next request, which `question` makes of its epoch and of what
  /// the broker knows.
  private func ask<Asked: Question>(
    _ question: (Int32, inout Set<AssignedPartition>) -> Asked
  ) async -> Result<Asked.Reply, VarveError> where Asked.Reply: ShareReply {
    let link: Link
    do throws(ClientError) { link = try brokers.link(to: address, .shares(identity)) } catch {
      return .failure(VarveError(error))
    }
    var beginning: Beginning?
    let result = await withCheckedContinuation { continuation in
      state.withLock { state in
        if state.epoch == 0 { begin(&state, on: link) }
        beginning = state.beginning
        let asked = question(state.epoch, &state.known)
        state.epoch = Self.following(state.epoch)
        // Under the lock, so that requests go out in the order of their epochs.
        link.ask(asked, versions: Self.versions, timeout: brokers.options.requestTimeout) {
          continuation.resume(returning: $0)
        }
      }
    }
    return judge(result, of: beginning)
  }

  /// Sends what begins a session. Its failure is told to the request after it, which the broker
  /// takes in turn.
  private func begin(_ state: inout State, on link: Link) {
    let beginning = Beginning()
    state.beginning = beginning
    state.known = []
    state.epoch = 1
    let request = ShareFetchRequest(
      identity, epoch: 0, adding: [], forgetting: [], recordsMax: 1, bytesMax: 1, wait: .zero)
    link.ask(request, versions: Self.versions, timeout: brokers.options.requestTimeout) { result in
      guard case .success(let response) = result, response.errorCode != .none else { return }
      beginning.refusal.withLock { $0 = response.errorCode }
    }
  }

  private func judge<Reply: ShareReply>(
    _ result: Result<Reply, ClientError>, of beginning: Beginning?
  ) -> Result<Reply, VarveError> {
    switch result {
    case .failure(let error):
      forget(beginning)
      return .failure(VarveError(error))
    case .success(let reply):
      guard reply.errorCode != .none else { return .success(reply) }
      forget(beginning)
      let refusal = beginning?.refusal.withLock { $0 }
      return .failure(
        VarveError(
          refusing: "the broker at \(address) goes on with no share session of group "
            + "'\(identity.group)'", refusal ?? reply.errorCode,
          refusal == nil ? reply.errorMessage : nil))
    }
  }

  private func forget(_ beginning: Beginning?) { state.withLock { $0.forget(beginning) } }

  private static func following(_ epoch: Int32) -> Int32 { epoch == .max ? 1 : epoch + 1 }
}

extension RemoteShareSession.State {
  /// The session is over, unless another one has begun.
  fileprivate mutating func forget(_ ended: RemoteShareSession.Beginning?) {
    if beginning === ended { epoch = 0 }
  }
}
