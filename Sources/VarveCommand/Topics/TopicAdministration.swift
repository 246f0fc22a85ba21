import Varve

extension TopicCommands {
  static func create(_ call: Invocation) async throws {
    let partitions = try call.number("partitions", in: 1...Int32.max) ?? 1
    let config = try call.pairs("config").map { TopicConfig($0.name, $0.value) }
    try await call.withLog(.creating) { varve in
      let topic = try await varve.createTopic(
        call["NAME"], partitions: partitions, config: config)
      if call.isJSON { try call.output.write(topic.json.line) }
    }
  }

  static func list(_ call: Invocation) async throws {
    try await call.withLog(.reading) { varve in
      let topics = try await varve.topics()
      if call.isJSON { return try call.output.write(JSON.array(topics.map(\.json)).line) }
      var table = Table("NAME", ">PARTITIONS")
      for topic in topics { table.add(topic.name.description, String(topic.partitionCount)) }
      try call.output.write(table.text)
    }
  }

  static func describe(_ call: Invocation) async throws {
    try await call.withLog(.reading) { varve in
      let topic = try await call.topic(in: varve)
      try call.output.write(call.isJSON ? topic.json.line : topic.text)
    }
  }

  static func alter(_ call: Invocation) async throws {
    let config = try call.pairs("config").map { TopicConfig($0.name, $0.value) }
    let reset = call.values("reset")
    let partitions = try call.number("partitions", in: 1...Int32.max)
    if config.isEmpty && reset.isEmpty && partitions == nil {
      throw UsageError("alter what? There are --config, --reset and --partitions")
    }
    try await call.withLog(.writing) { varve in
      let name = try await call.topic(in: varve).topic.name.description
      if !config.isEmpty || !reset.isEmpty {
        try await varve.alterTopic(name, set: config, reset: reset)
      }
      if let partitions { try await varve.growTopic(name, to: partitions) }
    }
  }

  static func delete(_ call: Invocation) async throws {
    try await call.withLog(.writing) { varve in
      try await varve.deleteTopic(call.topic(in: varve).topic.name.description)
    }
  }

  static func trim(_ call: Invocation) async throws {
    guard call.has("partition") else { throw UsageError("which partition? Name it: --partition N") }
    guard let before = call.value("before") else {
      throw UsageError("before what? There are --before OFFSET, --before @TIMESTAMP, --before end")
    }
    let position: StartPosition =
      before == "end" ? .latest : try position(before, option: "before", names: ["end"])
    try await call.withLog(.writing) { varve in
      let topic = try await call.topic(in: varve)
      for partition in try call.partitions(of: topic) {
        let offset = try await varve.offset(of: position, in: partition)
        let start = try await varve.deleteRecords(
          of: partition.topic.description, partition: partition.partition, before: offset)
        let json: JSON = .object([
          "topic": .string(partition.topic.description),
          "partition": .integer(partition.partition), "startOffset": .integer(start.rawValue),
        ])
        try call.output.write(call.isJSON ? json.line : "\(partition) starts at \(start)\n")
      }
    }
  }
}
