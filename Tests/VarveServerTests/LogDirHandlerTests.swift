import Foundation
import Testing
import Varve
import VarveBase
import VarveProtocol
import VarveTestKit

/// Goal: the data directory is told of with the sizes of its partitions and its volume. Method:
/// what the system says of the same files through Foundation.
@Suite struct LogDirHandlerTests {
  @Test("G23: log dirs have the sizes of partitions and of the volume")
  func sizes() async throws {
    try await ServedBroker.run { served in
      try await served.varve.createTopic("orders", partitions: 2)
      try await served.varve.producer().send("orders", partition: 1, value: "1")
      try await served.client { client in
        let response: DescribeLogDirsResponse = try client.ask(
          DescribeLogDirsRequest(), version: 4)
        let directory = try #require(response.directories.first)
        #expect(directory.errorCode == .none)
        let volume = try FileManager.default.attributesOfFileSystem(forPath: directory.path)
        #expect(directory.totalBytes == (volume[.systemSize] as? NSNumber)?.int64Value)
        #expect((1...directory.totalBytes).contains(directory.usableBytes))
        let partitions = try #require(directory.topics.first { $0.name == "orders" }?.partitions)
        #expect(partitions.map(\.partitionIndex) == [0, 1])
        #expect(partitions[0].byteCount == 0 && partitions[1].byteCount > 0)
      }
    }
  }

  @Test("G23: of a disk in memory, its capacity and what is left of it")
  func capacity() async throws {
    let disk = SimulatedFileSystem(seed: 1)
    try await ServedBroker.run(on: disk) { served in
      disk.setCapacity(64 << 20)
      try await served.client { client in
        let response: DescribeLogDirsResponse = try client.ask(
          DescribeLogDirsRequest(), version: 4)
        let directory = try #require(response.directories.first)
        #expect(directory.totalBytes == 64 << 20)
        #expect((0..<(64 << 20)).contains(directory.usableBytes))
      }
    }
  }
}
