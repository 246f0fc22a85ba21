internal import VarveBase
internal import VarveProtocol

/// A member of a classic group.
struct ClassicMember: Sendable {
  typealias SupportedProtocol = JoinGroupRequest.MemberProtocol

  var id: String
  var instanceID: String?
  var clientID: String
  var clientHost: String
  /// Milliseconds.
  var rebalanceTimeout: Int32
  /// Milliseconds.
  var sessionTimeout: Int32
  /// What it can work with, the one that it likes best first.
  var protocols: [SupportedProtocol]
  var assignment = ByteSlice()
  /// It has not been told yet that it is in, and so cannot send heartbeats.
  var isNew = false

  init(id: String, joiningBy request: JoinGroupRequest, caller: Caller) {
    self.id = id
    instanceID = request.groupInstanceID
    clientID = caller.clientID
    clientHost = caller.host
    rebalanceTimeout = 0
    sessionTimeout = 0
    protocols = []
    isNew = true
    update(by: request)
  }

  /// As the record of a group has it, whose generation works with `protocolName`.
  init(_ stored: GroupMetadataValue.MemberMetadata, protocolName: String?) {
    id = stored.memberID
    instanceID = stored.groupInstanceID
    clientID = stored.clientID
    clientHost = stored.clientHost
    rebalanceTimeout =
      stored.rebalanceTimeout >= 0 ? stored.rebalanceTimeout : stored.sessionTimeout
    sessionTimeout = stored.sessionTimeout
    var supported = SupportedProtocol()
    supported.name = protocolName ?? ""
    supported.metadata = stored.subscription
    protocols = [supported]
    assignment = stored.assignment
  }

  /// Version 0 of the request has no rebalance timeout; there the session's stands for it.
  mutating func update(by request: JoinGroupRequest) {
    sessionTimeout = request.sessionTimeoutMilliseconds
    rebalanceTimeout =
      request.rebalanceTimeoutMilliseconds >= 0
      ? request.rebalanceTimeoutMilliseconds : request.sessionTimeoutMilliseconds
    protocols = request.protocols
  }

  func metadata(of protocolName: String?) -> ByteSlice {
    protocols.first { $0.name == protocolName }?.metadata ?? ByteSlice()
  }

  func stored(protocolName: String?, assignment: ByteSlice) -> GroupMetadataValue.MemberMetadata {
    var stored = GroupMetadataValue.MemberMetadata()
    stored.memberID = id
    stored.groupInstanceID = instanceID
    stored.clientID = clientID
    stored.clientHost = clientHost
    stored.rebalanceTimeout = rebalanceTimeout
    stored.sessionTimeout = sessionTimeout
    stored.subscription = metadata(of: protocolName)
    stored.assignment = assignment
    return stored
  }
}
