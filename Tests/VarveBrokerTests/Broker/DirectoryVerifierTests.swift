import Testing
import VarveBase
import VarveBroker
import VarveLog
import VarveTestKit
import VarveTestSupport

/// Goal: damage at the root of a data directory is found, and named. Method: Kafka's directory,
/// which is sound, and one change of it at a time.
@Suite struct DirectoryVerifierTests {
  private let files = LocalFileSystem()

  private func replace(_ path: String, with bytes: some Sequence<UInt8>) throws {
    let file = try files.open(path, .create)
    let slice = ByteSlice(Array(bytes))
    try file.resize(to: slice.count)
    try file.write(slice.bytes, at: 0)
  }

  private func faults(after change: (String) throws -> Void) throws -> [LogVerifier.Fault] {
    let directory = try GoldenData.temporaryCopy()
    try change(directory.path + "/data")
    return try DirectoryVerifier(directory.path + "/data", on: files).verify().faults
  }

  @Test("G09: Kafka's directory is sound")
  func sound() throws {
    let directory = try GoldenData.temporaryCopy()
    let report = try DirectoryVerifier(directory.path + "/data", on: files).verify()
    #expect(report.faults == [])
    #expect(report.files == 6 && report.topics == 8)
  }

  @Test(
    "G09: a root file that cannot be right is a fault of that file",
    arguments: [
      ("meta.properties", LogVerifier.Fault.Code.metaProperties),
      ("recovery-point-offset-checkpoint", .checkpoint),
      ("log-start-offset-checkpoint", .checkpoint),
      ("replication-offset-checkpoint", .checkpoint), ("cleaner-offset-checkpoint", .checkpoint),
    ])
  func damaged(name: String, code: LogVerifier.Fault.Code) throws {
    let found = try faults { root in
      let whole = try GoldenData.bytes("data/\(name)")
      try replace("\(root)/\(name)", with: [UInt8](repeating: 0xFE, count: 3) + whole)
    }
    #expect(found.map(\.file) == [name] && found.map(\.code) == [code], "\(found)")
  }

  @Test("G09: a directory that says nothing of its owner, and a partition that is missing")
  func missing() throws {
    let properties = try faults { try files.remove("\($0)/meta.properties") }
    #expect(properties.map(\.code) == [.metaProperties])
    let partition = try faults { try files.removeDirectory("\($0)/segments-1") }
    #expect(partition.map(\.file) == ["segments-1"] && partition.map(\.code) == [.metadata])
  }

  @Test("G09: a flipped bit in the metadata's log or snapshot is a fault of it")
  func metadata() throws {
    for path in [GoldenData.metadataLog, GoldenData.metadataSnapshot] {
      var bytes = try GoldenData.bytes(path)
      bytes[bytes.count / 3] ^= 4
      let name = String(path.dropFirst("data/".count))
      let found = try faults { try replace("\($0)/\(name)", with: bytes) }
      #expect(found.map(\.file) == [name] && found.map(\.code) == [.metadata], "\(found)")
    }
  }

  @Test func `what a writer left half made is to be removed`() throws {
    let found = try faults { try replace("\($0)/recovery-point-offset-checkpoint.tmp", with: [1]) }
    #expect(found.map(\.code) == [.leftover])
  }
}
