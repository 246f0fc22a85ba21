import Varve
import VarveBase
import VarveBroker
import VarveLog

extension LogCommands {
  static func upkeep(_ call: Invocation) async throws {
    let path = try call.directory()
    guard try LocalFileSystem().kind(of: path) != nil else {
      throw CommandError("there is no log at \(path)")
    }
    var options = Broker.Options()
    // All of it happens below, on this thread.
    options.runsMaintenance = false
    options.logger = .standardError
    let broker = try Broker.open(path, options: options)
    let partitions = broker.allPartitions.sorted { $0.id < $1.id }
    let before = partitions.map(\.log.sizeInBytes)
    broker.runMaintenance()
    let after = partitions.map(\.log.sizeInBytes)
    try broker.close()
    var table = Table("PARTITION", ">BEFORE", ">AFTER")
    for (index, partition) in partitions.enumerated() {
      table.add("\(partition.id)", String(before[index]), String(after[index]))
      let json: JSON = .object([
        "topic": .string(partition.id.topic.description),
        "partition": .integer(partition.id.partition), "bytesBefore": .integer(before[index]),
        "bytesAfter": .integer(after[index]),
      ])
      if call.isJSON { try call.output.write(json.line) }
    }
    if !call.isJSON { try call.output.write(table.text) }
  }
}
