import Testing
import VarveBase
import VarveBroker
import VarveLog
import VarveTestKit

/// A program that is killed while it makes a directory or a topic leaves files that are not whole.
@Suite struct KilledCreationTests {
  private static func open(_ disk: SimulatedFileSystem) throws -> Broker {
    var options = Broker.Options()
    options.runsMaintenance = false
    return try Broker.open("data", on: disk, options: options)
  }

  @Test func `a start that was killed before the directory was anybody's is made up for`() throws {
    let disk = SimulatedFileSystem(seed: 1)
    try disk.createDirectory("data")
    _ = try disk.open("data/\(MetaProperties.fileName).tmp", .create)
    try Self.open(disk).close()
    try Self.open(disk).close()
  }

  @Test func `a topic that was killed in the making is put aside, again and again`() throws {
    let disk = SimulatedFileSystem(seed: 1)
    try Self.open(disk).close()
    for round in 1...2 {
      try disk.createDirectory("data/orders-0")
      _ = try disk.open("data/orders-0/\(PartitionMetadata.fileName)", .create)
      let broker = try Self.open(disk)
      #expect(broker.topics().isEmpty)
      let strays = try disk.contents(ofDirectory: "data").filter { $0.hasSuffix("-stray") }
      #expect(strays.count == round)
      #expect(strays.allSatisfy { $0.hasPrefix("orders-0.") })
      try broker.close()
    }
  }

  @Test func `a topic whose directory does not say whose it is is not guessed at`() throws {
    let disk = SimulatedFileSystem(seed: 1)
    let broker = try Self.open(disk)
    _ = try broker.createTopic("orders")
    try broker.close()
    let file = try disk.open("data/orders-0/\(PartitionMetadata.fileName)", .readWrite)
    try file.resize(to: 0)
    let error = #expect(throws: BrokerError.self) { try Self.open(disk) }
    #expect(error?.code == .log(.corrupt))
  }
}
