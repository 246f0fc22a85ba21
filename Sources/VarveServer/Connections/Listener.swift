internal import VarveBase

/// A port that clients connect to, on a loop.
final class Listener {
  private let loop: EventLoop
  private let socket: Socket
  private let logger: Logger
  private let accepted: (consuming Socket) -> Void
  private var readable: Event?
  private var pause: Event?

  /// How long nobody is let in once the process has too many open files.
  private static let pauseMilliseconds: Int64 = 100
  /// How many are let in before others have their turn.
  private static let acceptsMax = 64

  init(
    _ socket: consuming Socket, on loop: EventLoop, logger: Logger,
    accepted: @escaping (consuming Socket) -> Void
  ) {
    self.loop = loop
    self.logger = logger
    self.accepted = accepted
    let descriptor = socket.descriptor
    self.socket = socket
    readable = Event(.readable, of: descriptor, on: loop.base) { [weak self] _ in self?.accept() }
    readable?.arm()
  }

  /// Lets nobody in any more. The port is given back when the listener is let go.
  func close() {
    readable = nil
    pause = nil
  }

  private func accept() {
    do throws(NetworkError) {
      for _ in 0..<Self.acceptsMax {
        guard let connected = try socket.accept() else { return }
        accepted(connected)
      }
    } catch {
      logger.log(
        .error, "nobody can be let in for now; it is tried again",
        [.error: error.description])
      // What waits would be found ready again at once, over and over.
      readable?.disarm()
      pause = loop.timer(after: Self.pauseMilliseconds) { [weak self] in self?.readable?.arm() }
    }
  }
}
