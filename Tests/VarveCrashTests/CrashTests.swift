import Testing
import VarveBase
import VarveLog
import VarveTestKit

/// Goal: whatever the moment of a crash, the log that opens afterwards is a prefix of what was
/// appended that holds all that was acknowledged. Method: seeded lives on a simulated disk, each
/// compared with a plain list.
@Suite struct CrashTests {
  @Test(
    "G08, G10: after a crash at any operation the log is a prefix that holds what was acknowledged"
  )
  func recovers() throws {
    for seed in TestShare.seeds(300, long: 10_000) {
      var story = CrashStory(seed: seed)
      do { try story.run() } catch { Issue.record("\(TestShare.again(seed)): \(error)") }
    }
  }

  @Test(
    "the check of crashes sees a sync that was left out", arguments: LyingFileSystem.Lie.allCases)
  func seesMissingSyncs(lie: LyingFileSystem.Lie) {
    let isSeen = (UInt64(1)...200).contains { seed in
      var story = CrashStory(seed: seed) { LyingFileSystem(disk: $0, lie: lie) }
      do {
        try story.run()
        return false
      } catch { return true }
    }
    #expect(isSeen)
  }
}
