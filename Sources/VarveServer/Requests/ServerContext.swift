internal import Dispatch
internal import VarveBase
internal import VarveBroker

/// What all handlers of a server share.
final class ServerContext: Sendable {
  let broker: Broker
  let options: ServerOptions
  let fetchSessions: FetchSessions
  let requestMemory: RequestMemory
  let telemetry: Telemetry
  let clientLog: ClientLog
  /// Where requests run that may wait for the disk, so that no loop does.
  let control = DispatchQueue(label: "varve.control", attributes: .concurrent)

  init(_ broker: Broker, options: ServerOptions) {
    self.broker = broker
    self.options = options
    telemetry = Telemetry(broker, SystemTime())
    fetchSessions = FetchSessions(SystemTime())
    requestMemory = RequestMemory(byteCountMax: options.requestMemoryBytesMax)
    clientLog = ClientLog(options.logger, SystemTime())
  }

  /// Who may do what, as it is now; nil where everybody may do everything.
  var authorizer: Authorizer? {
    options.access.map { access in
      Authorizer(
        broker.accessRules, superUsers: access.superUsers,
        allowsWithoutRules: access.allowsWithoutRules)
    }
  }

  var logger: Logger { options.logger }
}
