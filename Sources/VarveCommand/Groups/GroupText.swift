import Varve

extension GroupInfo {
  var json: JSON {
    .object(["group": .string(name), "type": .string(type), "state": .string(state)])
  }
}

extension GroupMove {
  var json: JSON {
    .object([
      "topic": .string(id.topic.description), "partition": .integer(id.partition),
      "from": from.map { .integer($0.rawValue) } ?? .null, "to": .integer(to.rawValue),
    ])
  }
}

extension GroupDetails {
  var json: JSON {
    .object([
      "group": .string(group.name), "type": .string(group.type), "state": .string(group.state),
      "assignor": assignor.map { .string($0) } ?? .null, "lag": .integer(lag),
      "members": .array(members.map(\.json)), "partitions": .array(partitions.map(\.json)),
    ])
  }

  var text: String {
    var places = Table("TOPIC", ">PARTITION", ">COMMITTED", ">END", ">LAG", "MEMBER")
    for partition in partitions {
      places.add(
        partition.id.topic.description, String(partition.id.partition),
        partition.committed.map { "\($0.offset)" } ?? "-", partition.end.map { "\($0)" } ?? "-",
        partition.lag.map { String($0) } ?? "-", partition.memberID ?? "-")
    }
    var who = Table("MEMBER", "INSTANCE", "CLIENT", "HOST", ">PARTITIONS")
    for member in members {
      who.add(
        member.id, member.instanceID ?? "-", member.clientID, member.host,
        String(member.partitions.count))
    }
    return """
      group     \(group.name)
      type      \(group.type)
      state     \(group.state)
      assignor  \(assignor ?? "-")
      lag       \(lag)

      \(places.text)
      \(who.text)
      """
  }
}

extension GroupDetails.Member {
  fileprivate var json: JSON {
    .object([
      "member": .string(id), "instance": instanceID.map { .string($0) } ?? .null,
      "client": .string(clientID), "host": .string(host),
      "partitions": .array(partitions.map { .string("\($0)") }),
    ])
  }
}

extension GroupDetails.Partition {
  fileprivate var json: JSON {
    .object([
      "topic": .string(id.topic.description), "partition": .integer(id.partition),
      "committed": committed.map { .integer($0.offset.rawValue) } ?? .null,
      "metadata": committed.map { .string($0.metadata) } ?? .null,
      "end": end.map { .integer($0.rawValue) } ?? .null,
      "lag": lag.map { .integer($0) } ?? .null,
      "member": memberID.map { .string($0) } ?? .null,
    ])
  }
}
