internal import Synchronization
internal import VarveBase

/// Tells the log what clients do wrong, without letting them fill it: of one fault and one host ten
/// lines in ten seconds are written. How many more there were is told once that time is over and
/// any client gives reason for a line, or the server stops.
final class ClientLog: Sendable {
  private struct Kind: Hashable {
    let fault: ClientFault
    let host: String
  }

  private let logger: Logger
  private let time: any TimeSource
  private let limit = Mutex(LineLimit<Kind>())

  init(_ logger: Logger, _ time: any TimeSource) {
    self.logger = logger
    self.time = time
  }

  /// Tells a fault of a client, with what is to be said beside its words.
  func tell(
    _ fault: ClientFault, of peer: SocketAddress, _ detail: String? = nil,
    _ more: KeyValuePairs<LogKey, String> = [:]
  ) {
    guard fault.level >= logger.level else { return }
    let now = time.monotonicNanoseconds
    let (omissions, isWritten) = limit.withLock { limit in
      (
        limit.takeOmissions(at: now),
        limit.admits(Kind(fault: fault, host: peer.host), at: now)
      )
    }
    tell(omissions)
    guard isWritten else { return }
    var logger = logger.with(.peer, peer.description)
    for (key, value) in more { logger = logger.with(key, value) }
    logger.log(fault.level, fault.words + (detail.map { ": \($0)" } ?? ""))
  }

  /// Tells what was left out so far.
  func finish() { tell(limit.withLock { $0.takeOmissions(at: .max) }) }

  private func tell(_ omissions: [LineLimit<Kind>.Omission]) {
    for omission in omissions {
      let (fault, host) = (omission.kind?.fault, omission.kind?.host)
      logger.log(
        fault?.level ?? .notice,
        "lines were left out, like this one: \(fault?.words ?? "faults of many clients")",
        [.peer: host ?? "many", .count: "\(omission.count)"])
    }
  }
}
