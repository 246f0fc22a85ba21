internal import VarveBase

/// Lets clients in, or not, and gives each connection to a loop, where it stays. On the first loop.
final class Door {
  private let loops: [LoopBound<ServerLoop>]
  private let counts: ConnectionCounts
  private let gate: Gate
  private let log: ClientLog
  private var turn = 0

  init(
    loops: [LoopBound<ServerLoop>], counts: ConnectionCounts, gate: Gate, log: ClientLog
  ) {
    self.loops = loops
    self.counts = counts
    self.gate = gate
    self.log = log
  }

  /// A client that is one too many, or has gone already, finds the connection closed.
  func letIn(_ socket: consuming Socket) {
    guard let address = socket.peerAddress, let local = socket.localAddress else { return }
    guard counts.add(address.host) else { return log.tell(.tooManyConnections, of: address) }
    let peer = Peer(address: address, local: local, gate: gate)
    let loop = loops[turn % loops.count]
    turn += 1
    if loop.loop.isCurrent { return loop.value.adopt(socket, peer) }
    let descriptor = socket.release()
    loop.execute { $0.adopt(Socket(owning: descriptor), peer) }
  }
}
