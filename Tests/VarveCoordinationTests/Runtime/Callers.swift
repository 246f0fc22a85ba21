import VarveBase
import VarveCoordination
import VarveProtocol

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

extension Decision where Effect == GroupEffect, Record == GroupRecord {
  /// The answers to members that waited, by their requests.
  var answered: [RequestID] {
    effects.map { effect in
      switch effect {
      case .join(let request, _), .sync(let request, _): request
      }
    }
  }
}
