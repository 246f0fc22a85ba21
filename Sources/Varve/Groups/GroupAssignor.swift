/// How a group deals partitions to its members. The members' votes are counted; the most frequent
/// choice wins.
public struct GroupAssignor: Hashable, Sendable {
  /// The name as coordinators know it.
  public let name: String

  /// An assignor of the coordinator by name.
  public init(_ name: String) { self.name = name }

  /// Kafka's default: as even as can be, and nobody gives up what it may keep.
  public static let uniform = GroupAssignor("uniform")
  /// Neighbouring partitions of each topic together, so that members get the same numbers of every
  /// topic.
  public static let range = GroupAssignor("range")
  /// All partitions in turn.
  public static let roundRobin = GroupAssignor("roundrobin")
  /// As even as can be without a move that is not necessary. Members give up what moves and nothing
  /// else, as with every assignor here: what Kafka's clients call cooperative.
  public static let sticky = GroupAssignor("sticky")
}
