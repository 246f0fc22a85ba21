internal import VarveBase
internal import VarveProtocol

// What the thread of a connection does.
extension Link {
  /// Connects, and talks until the connection is lost, closed or given up.
  func run() {
    do throws(ClientError) {
      guard let waker = WakePipe() else {
        throw ClientError(.unreachable, "the system gives no more descriptors to wake a thread by")
      }
      let deadline = ContinuousClock.now + options.connectTime
      var wire = LinkWire(
        try connect(by: deadline), responseBytesMax: options.responseBytesMax)
      let versions = try negotiate(&wire, by: deadline)
      let renewal = try introduce(&wire, versions, by: deadline)
      withState { $0.waker = waker }
      try converse(&wire, versions, waker, renewal)
    } catch { end(error) }
  }

  private func connect(by deadline: ContinuousClock.Instant) throws(ClientError) -> ClientChannel {
    let socket = try ClientSocket.connected(to: address, by: deadline)
    #if Serve
      if let context = options.security.tls {
        let tls = try ClientTLS(context, to: address, checksHost: options.security.checksHost)
        try tls.agree(over: socket, by: deadline)
        return ClientChannel(socket, tls: tls)
      }
    #endif
    return ClientChannel(socket)
  }

  /// Says who we are, where we are to. Returns when that has to be said anew; nil for never.
  private func introduce(
    _ wire: inout LinkWire, _ versions: BrokerVersions, by deadline: ContinuousClock.Instant
  ) throws(ClientError) -> ContinuousClock.Instant? {
    #if Serve
      if let login = options.security.login {
        return try logIn(login, on: &wire, versions, by: deadline)
      }
    #endif
    return nil
  }

  /// Throws when there is no more to say, whatever the reason.
  private func converse(
    _ wire: inout LinkWire, _ versions: BrokerVersions, _ waker: WakePipe,
    _ firstRenewal: ContinuousClock.Instant?
  ) throws(ClientError) {
    var renewal = firstRenewal
    while true {
      if withState({ $0.isClosed }) { throw closed }
      if let due = renewal, due <= .now {
        renewal = try introduce(&wire, versions, by: .now + options.connectTime)
      }
      for departure in withState({ $0.depart(versions) }) {
        switch departure {
        case .frame(let frame): wire.add(frame)
        case .impossible(let request): request.completed(.failure(unsupported(request)))
        }
      }
      try wire.send()
      let deadline = withState { $0.deadline }
      let ready = wire.wait(waker.readDescriptor, until: deadline)
      if ready.isWoken { waker.drain() }
      if ready.isReadable { while let frame = try wire.next() { try deliver(frame) } }
      if let deadline = withState({ $0.deadline }), deadline <= .now { throw timedOut }
    }
  }

  /// Asks for something before anybody else does, and waits for the answer. Answers to what others
  /// asked before are brought to them.
  func exchange(
    _ frame: ByteSlice, _ correlationID: Int32, on wire: inout LinkWire,
    by deadline: ContinuousClock.Instant
  ) throws(ClientError) -> ByteSlice {
    wire.add(frame)
    while true {
      try wire.send()
      while let answer = try wire.next() {
        if answer.bytes.bigEndian(at: 0) == correlationID { return answer }
        try deliver(answer)
      }
      guard deadline > .now, !withState({ $0.isClosed }) else {
        throw ClientError(.unreachable, "\(address) did not answer in time when we came")
      }
      _ = wire.wait(until: deadline)
    }
  }

  /// Brings an answer to whoever asked.
  private func deliver(_ frame: ByteSlice) throws(ClientError) {
    let correlationID: Int32 = frame.bytes.bigEndian(at: 0)
    guard let request = withState({ $0.answered(correlationID) }) else {
      throw ClientError(
        .badAnswer, "\(address) answered something that nobody asked (\(correlationID))")
    }
    do throws(WireError) {
      let response = try ResponseFrame(
        decoding: frame, to: request.api, version: request.version)
      request.completed(.success(LinkAnswer(body: response.body, version: request.version)))
    } catch {
      request.completed(
        .failure(
          ClientError(.badAnswer, "\(address) broke the protocol: \(error)", wasSent: true)))
    }
  }

  private func unsupported(_ request: LinkRequest) -> ClientError {
    ClientError(
      .unsupported,
      "\(address) does not answer \(request.name) in a version from "
        + "\(request.versions.lowerBound) to \(request.versions.upperBound)")
  }

  private var timedOut: ClientError {
    ClientError(.timedOut, "\(address) did not answer in time")
  }
}
