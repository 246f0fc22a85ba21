internal import VarveBase
internal import VarveBroker
internal import VarveCoordination
internal import VarveProtocol

/// The groups of a broker, and how far they are behind.
struct GroupMetrics: Sendable {
  /// The groups of each state.
  let states: [String: Int]
  let lags: [(group: String, partition: GroupLag.Partition)]

  init(of broker: Broker) async {
    let groups = await broker.groups.listGroups(ListGroupsRequest()).groups
    states = Dictionary(groups.map { ($0.groupState, 1) }, uniquingKeysWith: +)
    var lags: [(group: String, partition: GroupLag.Partition)] = []
    for group in groups {
      // A group may be gone by now; its lag is told no more.
      guard let lag = try? await broker.groups.lag(of: group.groupID) else { continue }
      lags += lag.partitions.map { (group.groupID, $0) }
    }
    self.lags = lags
  }
}

extension Exposition {
  mutating func add(_ groups: GroupMetrics) {
    begin("varve_groups", .gauge, "Groups, by state.")
    for (state, count) in groups.states.sorted(by: { $0.key < $1.key }) {
      add("varve_groups", ["state": state], count)
    }
    begin(
      "varve_group_lag", .gauge,
      "Records between a group's committed offset and the end of the partition.")
    for (group, partition) in groups.lags {
      guard let lag = partition.lag else { continue }
      add(
        "varve_group_lag",
        ["group": group, "topic": partition.topic, "partition": String(partition.partition)],
        lag)
    }
  }
}
