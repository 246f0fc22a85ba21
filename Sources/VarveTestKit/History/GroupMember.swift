/// A member of a consumer group. A reader outside all groups has the group `""`.
public struct GroupMember: Hashable, Sendable, CustomStringConvertible {
  public var group: String
  public var name: String

  public init(_ name: String, of group: String = "") {
    self.group = group
    self.name = name
  }

  public var description: String { group.isEmpty ? name : "\(name) of \(group)" }
}
