#if Serve
  internal import VarveBase
  internal import VarveSecurity

  /// What lies between a connection's socket and its frames where they are encrypted.
  @safe
  final class ClientTLS {
    private let session: TLSSession
    private let address: BrokerAddress
    /// Encrypted, and to be sent.
    private var sealed: [ByteSlice] = []
    /// The bytes of the first that are gone.
    private var position = 0
    /// Whether the broker has said something: only then it has accepted our certificate.
    private var hasHeard = false

    /// Throws `.security` where there is no memory for it.
    init(
      _ context: TLSContext, to address: BrokerAddress, checksHost: Bool
    ) throws(ClientError) {
      guard
        let session = TLSSession(context, connectingTo: address.host, checksHost: checksHost)
      else { throw ClientError(.security, "TLS with \(address) cannot be set up") }
      self.session = session
      self.address = address
    }

    var hasUnsent: Bool { !sealed.isEmpty }

    /// Agrees with the broker, blocking the thread. Throws `.security` where it does not prove who
    /// it is.
    func agree(
      over socket: borrowing ClientSocket, by deadline: ContinuousClock.Instant
    ) throws(ClientError) {
      while true {
        let isAgreed: Bool
        do throws(TLSError) { isAgreed = try session.handshake() } catch {
          takeOutput()
          // The broker is told why, if it still listens.
          try? flush(to: socket)
          throw ClientError(.security, "no TLS with \(address): \(error)")
        }
        takeOutput()
        try flush(to: socket)
        if isAgreed { return }
        guard try !fill(from: socket) else { continue }
        guard deadline > .now else {
          throw ClientError(.unreachable, "\(address) did not agree on TLS in time")
        }
        _ = ReadyDescriptors.wait(
          for: socket.descriptor, isWriting: hasUnsent, wakeDescriptor: nil, until: deadline)
      }
    }

    /// Reads into memory; 0 where there is nothing yet. Throws `.disconnected` at the end.
    func receive(
      into base: UnsafeMutableRawPointer, count: Int, from socket: borrowing ClientSocket
    ) throws(ClientError) -> Int {
      while true {
        let reading: TLSSession.Reading
        do throws(TLSError) { reading = unsafe try session.read(into: base, count: count) } catch {
          throw lost(error)
        }
        switch reading {
        case .bytes(let count):
          hasHeard = true
          return count
        case .ended: throw ClientError(.disconnected, "\(address) ended the connection")
        case .wantsMore:
          takeOutput()
          try flush(to: socket)
          guard try fill(from: socket) else { return 0 }
        }
      }
    }

    /// Encrypts a part of the bytes from `position` on, and says how many: none while others wait.
    func send(
      _ bytes: ByteSlice, from position: Int, to socket: borrowing ClientSocket
    ) throws(ClientError) -> Int {
      try flush(to: socket)
      guard sealed.isEmpty else { return 0 }
      let count: Int
      do throws(TLSError) { count = try session.write(bytes.slice(position..<bytes.count)) } catch {
        throw lost(error)
      }
      takeOutput()
      try flush(to: socket)
      return count
    }

    /// Sends what the system takes of what is encrypted.
    func flush(to socket: borrowing ClientSocket) throws(ClientError) {
      while let piece = sealed.first {
        let sent = try socket.send(piece, from: position)
        guard sent > 0 else { return }
        position += sent
        guard position == piece.count else { continue }
        sealed.removeFirst()
        position = 0
      }
    }

    /// Takes what has come from the broker. False where there is nothing.
    private func fill(from socket: borrowing ClientSocket) throws(ClientError) -> Bool {
      let storage = ByteStorage(count: TLSSession.recordBytesMax)
      let count = unsafe try socket.receive(into: storage.base, count: storage.count)
      guard count > 0 else { return false }
      session.receive(
        unsafe ByteSlice(
          unsafeBase: UnsafeRawPointer(storage.base), count: count, owner: storage))
      return true
    }

    private func takeOutput() {
      let output = session.takeOutput()
      if !output.isEmpty { sealed.append(output) }
    }

    private func lost(_ error: TLSError) -> ClientError {
      hasHeard
        ? ClientError(.disconnected, "the connection to \(address) was lost: \(error)")
        : ClientError(.security, "no TLS with \(address): \(error)")
    }
  }
#endif
