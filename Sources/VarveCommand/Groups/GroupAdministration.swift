import Varve

extension GroupCommands {
  static func list(_ call: Invocation) async throws {
    try await call.withLog(.writing) { varve in
      let groups = try await varve.groups()
      if call.isJSON { return try call.output.write(JSON.array(groups.map(\.json)).line) }
      var table = Table("GROUP", "TYPE", "STATE")
      for group in groups { table.add(group.name, group.type, group.state) }
      try call.output.write(table.text)
    }
  }

  static func describe(_ call: Invocation) async throws {
    try await call.withLog(.writing) { varve in
      let details = try await call.group(in: varve)
      try call.output.write(call.isJSON ? details.json.line : details.text)
    }
  }

  static func reset(_ call: Invocation) async throws {
    let target = try call.resetTarget()
    try await call.withLog(.writing) { varve in
      let moves = try await varve.resetGroup(
        call["GROUP"], topics: call.values("topic"), to: target, isDryRun: call.has("dry-run"))
      if call.isJSON { return try call.output.write(JSON.array(moves.map(\.json)).line) }
      var table = Table("TOPIC", ">PARTITION", ">FROM", ">TO")
      for move in moves {
        table.add(
          move.id.topic.description, String(move.id.partition), move.from.map { "\($0)" } ?? "-",
          "\(move.to)")
      }
      try call.output.write(table.text)
    }
  }

  static func delete(_ call: Invocation) async throws {
    try await call.withLog(.writing) { varve in
      let name = try await call.group(in: varve).group.name
      let topics = call.values("topic")
      if topics.isEmpty { return try await varve.deleteGroup(name) }
      let forgotten = try await varve.deleteOffsets(of: name, topics: topics)
      if call.isJSON {
        return try call.output.write(JSON.array(forgotten.map { .string("\($0)") }).line)
      }
      for id in forgotten { try call.output.write("\(id)\n") }
    }
  }
}

extension Invocation {
  /// The group that the command line names. Throws where there is none.
  fileprivate func group(in varve: Varve) async throws -> GroupDetails {
    let name = self["GROUP"]
    do { return try await varve.describeGroup(name) } catch {
      guard error.code == .unknownGroup else { throw error }
      let names = try await varve.groups().map(\.name)
      throw CommandError("there is no group '\(name)'" + suggestion(for: name, among: names))
    }
  }

  fileprivate func resetTarget() throws(UsageError) -> GroupReset {
    let distance = try number("shift-by", in: Int64.min...Int64.max)
    switch (value("to"), distance) {
    case (let text?, nil): return .to(try position(text, option: "to"))
    case (nil, let distance?): return .shift(distance)
    default:
      throw UsageError("where to? There are --to POSITION and --shift-by N: use one of them")
    }
  }
}
