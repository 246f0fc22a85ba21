internal import VarveBase
internal import VarveProtocol

// What the thread of a connection does.
extension Link {
  /// Connects, and talks until the connection is lost, closed or given up.
  func run() {
    do throws(ClientError) {
      let waker = try ThreadWaker()
      let deadline = ContinuousClock.now + options.connectTime
      let socket = try ClientSocket.connected(to: address, by: deadline)
      var frames = FrameAssembly(max: options.responseBytesMax)
      let versions = try negotiate(socket, &frames, by: deadline)
      withState { $0.waker = waker }
      try converse(socket, &frames, versions, waker)
    } catch { end(error) }
  }

  /// Throws when there is no more to say, whatever the reason.
  private func converse(
    _ socket: borrowing ClientSocket, _ frames: inout FrameAssembly, _ versions: BrokerVersions,
    _ waker: ThreadWaker
  ) throws(ClientError) {
    var outgoing = OutgoingFrames()
    while true {
      if withState({ $0.isClosed }) { throw closed }
      for departure in withState({ $0.depart(versions) }) {
        switch departure {
        case .frame(let frame): outgoing.add(frame)
        case .impossible(let request): request.completed(.failure(unsupported(request)))
        }
      }
      try outgoing.send(to: socket)
      let deadline = withState { $0.deadline }
      let ready = ReadyDescriptors.wait(
        for: socket.descriptor, isWriting: !outgoing.isEmpty,
        wakeDescriptor: waker.readDescriptor, until: deadline)
      if ready.isWoken { waker.drain() }
      if ready.isReadable { try receive(socket, &frames) }
      if let deadline = withState({ $0.deadline }), deadline <= .now { throw timedOut }
    }
  }

  /// Brings the answers that have arrived to those who asked.
  private func receive(
    _ socket: borrowing ClientSocket, _ frames: inout FrameAssembly
  ) throws(ClientError) {
    while let frame = try frames.next(from: socket) {
      let correlationID: Int32 = frame.bytes.bigEndian(at: 0)
      guard let request = withState({ $0.answered(correlationID) }) else {
        throw ClientError(
          .badAnswer, "\(address) answered something that nobody asked (\(correlationID))")
      }
      do throws(WireError) {
        let response = try ResponseFrame(
          decoding: frame, to: request.api, version: request.version)
        request.completed(
          .success(LinkAnswer(body: response.body, version: request.version)))
      } catch {
        request.completed(
          .failure(
            ClientError(.badAnswer, "\(address) broke the protocol: \(error)", wasSent: true)))
      }
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
