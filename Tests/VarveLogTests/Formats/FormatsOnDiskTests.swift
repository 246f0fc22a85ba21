import Testing
import VarveBase
import VarveLog
import VarveTestKit

/// Side files on a disk that fills up, fails and loses power.
@Suite struct FormatsOnDiskTests {
  private func index(
    on disk: SimulatedFileSystem, writable: Bool = true
  ) throws(LogError) -> OffsetIndex {
    try OffsetIndex(
      disk, path: "/a.index", baseOffset: 0, maxBytes: 1 << 20, writable: writable)
  }

  @Test("G14: a full disk is an error before the entry, and the index is as it was")
  func fullDisk() throws {
    let disk = SimulatedFileSystem(seed: 1)
    disk.setCapacity(16 << 10)
    let index = try index(on: disk)
    var failure: LogError?
    var count = 0
    while failure == nil {
      do throws(LogError) {
        try index.reserve()
        count += 1
        #expect(index.append(offset: Offset(Int64(count)), position: count))
      } catch { failure = error }
    }
    #expect(failure?.code == .io)
    #expect((failure?.cause as? FileError)?.code == .noSpace)
    #expect(index.entryCount == count)
    #expect(count == (16 << 10) / 8)
    try index.verify()
    disk.setCapacity(1 << 20)
    try index.reserve()
    #expect(index.append(offset: Offset(Int64(count + 1)), position: count + 1))
  }

  @Test("G14: what a read-only disk refuses is a typed error that names the file")
  func readOnly() throws {
    let disk = SimulatedFileSystem(seed: 1)
    disk.setReadOnly(true)
    let error = #expect(throws: LogError.self) { try index(on: disk) }
    #expect(error?.code == .readOnly)
    #expect(error?.file == "/a.index")
  }

  @Test func `a checkpoint is the old one or the new one, wherever the power goes`() throws {
    let old = [TopicPartition(topic: try TopicName("t"), partition: 0): Offset(1)]
    let new = [TopicPartition(topic: try TopicName("t"), partition: 0): Offset(2)]
    func write(_ disk: SimulatedFileSystem) throws {
      let checkpoint = OffsetCheckpoint(.recoveryPoint, in: "/", on: disk)
      try checkpoint.write(old)
      try checkpoint.write(new)
    }
    let rehearsal = SimulatedFileSystem(seed: 1)
    try write(rehearsal)
    for operation in 1...rehearsal.operationCount {
      for seed in UInt64(1)...20 {
        let disk = SimulatedFileSystem(seed: seed)
        disk.crash(at: operation)
        #expect(throws: LogError.self) { try write(disk) }
        let left = disk.afterPowerLoss()
        let found = try OffsetCheckpoint(.recoveryPoint, in: "/", on: left).read()
        #expect([[:], old, new].contains(found), "operation \(operation), seed \(seed)")
      }
    }
    #expect(
      try OffsetCheckpoint(.recoveryPoint, in: "/", on: rehearsal.afterPowerLoss()).read() == new)
  }

  @Test func `a disk that fails leaves the checkpoint that was there`() throws {
    for kind in DiskOperation.Kind.allCases where kind.changes {
      let disk = SimulatedFileSystem(seed: 1)
      let checkpoint = OffsetCheckpoint(.cleaner, in: "/", on: disk)
      let old = [TopicPartition(topic: try TopicName("t"), partition: 0): Offset(1)]
      try checkpoint.write(old)
      disk.failNext(kind)
      let failed = (try? checkpoint.write([:])) == nil
      // The last step makes the new name durable; it is there by then.
      if failed && kind != .syncDirectory { #expect(try checkpoint.read() == old, "\(kind)") }
    }
  }

  /// Pages that were lost are zeros. An index like that is found, or holds a first part.
  @Test func `an index after a power loss is a prefix, or is found to be damaged`() throws {
    for seed in UInt64(1)...200 {
      let disk = SimulatedFileSystem(seed: seed)
      let index = try index(on: disk)
      for entry in 1...3000 {
        try index.reserve()
        index.append(offset: Offset(Int64(entry)), position: entry)
        if entry == 1000 { try index.sync() }
      }
      let left = disk.afterPowerLoss()
      guard try left.kind(of: "/a.index") != nil else { continue }
      let again = try self.index(on: left)
      do throws(LogError) {
        try again.verify()
        for entry in 0..<again.entryCount {
          #expect(
            again.entry(at: entry) == .init(offset: Offset(Int64(entry + 1)), position: entry + 1))
        }
      } catch { #expect(error.code == .corrupt, "seed \(seed)") }
    }
  }

  @Test func `a killed program loses no entry`() throws {
    let disk = SimulatedFileSystem(seed: 1)
    let index = try index(on: disk)
    for entry in 1...3000 {
      try index.reserve()
      index.append(offset: Offset(Int64(entry)), position: entry)
    }
    let again = try self.index(on: disk.afterProcessCrash(), writable: false)
    #expect(again.entryCount == 3000)
    try again.verify()
  }
}
