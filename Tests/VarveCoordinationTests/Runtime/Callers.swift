import VarveBase
import VarveCoordination

extension Caller {
  /// A request of a test: its number is its member's name too, where it asks for one.
  static func test(
    _ request: UInt64 = 0, client: String = "client", host: String = "/127.0.0.1",
    at uptime: Int64 = 0
  ) -> Caller {
    Caller(
      request: RequestID(request), clientID: client, host: host,
      now: Moment(wallClock: Timestamp(1_700_000_000_000 + uptime), uptime: uptime),
      newMemberID: "\(client)-\(request)")
  }
}
