internal import VarveBase
package import VarveProtocol

extension ClassicGroup {
  /// Subscriptions and assignments are told only while they stand.
  package func describe() -> DescribeGroupsResponse.Group {
    var group = DescribeGroupsResponse.Group()
    group.groupID = id
    group.groupState = state.rawValue
    group.protocolType = protocolType ?? ""
    let isStable = state == .stable
    if isStable { group.protocolData = protocolName ?? "" }
    group.members = members.all.map { member in
      var described = DescribeGroupsResponse.Group.Member()
      described.memberID = member.id
      described.groupInstanceID = member.instanceID
      described.clientID = member.clientID
      described.clientHost = member.clientHost
      if isStable {
        described.memberMetadata = member.metadata(of: protocolName)
        described.memberAssignment = member.assignment
      }
      return described
    }
    return group
  }

  /// The topics that the members of a group of consumers subscribe to; nil where they cannot be
  /// known, such as of other protocol types, or while members join.
  package var subscribedTopics: Set<String>? {
    guard protocolType == ConsumerProtocolFrame.protocolType else { return nil }
    if state == .empty { return [] }
    guard state == .stable else { return nil }
    var topics: Set<String> = []
    for member in members.all {
      let metadata = member.metadata(of: protocolName)
      do throws(WireError) {
        topics.formUnion(try ConsumerProtocolFrame.subscription(metadata).topics)
      } catch {
        return nil
      }
    }
    return topics
  }
}
