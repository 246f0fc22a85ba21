import Testing
import VarveBase
import VarveBroker
import VarveTestKit

/// Goal: after a power loss at any operation, the metadata is what was acknowledged, and of the
/// change that was on its way all or nothing. Method: the same changes again and again, with the
/// crash at each operation in turn.
struct MetadataLogCrashTests {
  /// Changes until the disk fails, and returns the metadata after each that was acknowledged.
  private func change(_ disk: SimulatedFileSystem, seed: UInt64) -> [MetadataImage] {
    var settings = MetadataLog.Settings()
    settings.snapshotBytes = 1500
    guard
      let log = try? MetadataLog.open(
        in: "data", on: disk, time: ManualTime(), settings: settings)
    else { return [] }
    var images = [log.image]
    var random = SeededGenerator(seed: seed)
    for number in 1...25 {
      let name = "topic-\(number)"
      let partitions = Int32.random(in: 1...20, using: &random)
      guard
        let image = try? MetadataLogTests.create(
          name, partitions: partitions, configs: ["retention.ms": "5"], in: log,
          id: UInt128(number))
      else { return images }
      images.append(image)
    }
    try? log.close()
    return images
  }

  @Test("G08: no acknowledged change of the metadata is lost, none is half there")
  func everyCrashPoint() throws {
    for seed in TestShare.seeds(1, long: 20) {
      let rehearsal = SimulatedFileSystem(seed: seed)
      let all = change(rehearsal, seed: seed)
      try #require(all.count == 26)
      let step = TestShare.isLong ? 1 : 7
      for operation in stride(from: 1, through: rehearsal.operationCount, by: step) {
        let disk = SimulatedFileSystem(seed: seed)
        disk.crash(at: operation)
        let acknowledged = change(disk, seed: seed)
        let what = "crash at operation \(operation), \(TestShare.again(seed))"
        for after in [disk.afterPowerLoss(), disk.afterProcessCrash()] {
          let image = try MetadataLog.open(in: "data", on: after, time: ManualTime()).image
          let possible =
            acknowledged.isEmpty
            ? [all[0]] : all[(acknowledged.count - 1)..<min(acknowledged.count + 1, all.count)]
          let counts = possible.map(\.topicCount)
          #expect(
            possible.contains(image), "\(what): \(image.topicCount) topics instead of \(counts)")
          // A second start finds the same.
          let again = try MetadataLog.open(
            in: "data", on: after.afterPowerLoss(), time: ManualTime())
          #expect(again.image == image, "\(what), opened again")
        }
      }
    }
  }
}
