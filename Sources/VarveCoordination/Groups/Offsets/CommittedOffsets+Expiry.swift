package import VarveBase
package import VarveProtocol

extension CommittedOffsets {
  /// Forgets what a group committed longer than the retention ago, and for topics that nobody in it
  /// subscribes to. What an open transaction commits for stays.
  ///
  /// `isBare` says that the group has nothing left: without members it is to be deleted.
  package mutating func expire(
    group: String, _ expiry: OffsetExpiry, isSubscribed: (String) -> Bool, at now: Timestamp
  ) -> (records: [GroupRecord], isBare: Bool) {
    var records: [GroupRecord] = []
    var isBare = !isPending(group: group)
    // Asked once a topic: the group looks through all its members.
    var subscribed: [String: Bool] = [:]
    func isWanted(_ topic: String) -> Bool {
      if let known = subscribed[topic] { return known }
      let answer = isSubscribed(topic)
      subscribed[topic] = answer
      return answer
    }
    for (key, committed) in committed(ofGroup: group) {
      let isExpired = committed.isExpired(expiry, retention: settings.offsetsRetention, at: now)
      if isExpired, !isPending(key), !isWanted(key.topic) {
        emit(key, nil, into: &records)
      } else {
        isBare = false
      }
    }
    return (records, isBare)
  }
}
