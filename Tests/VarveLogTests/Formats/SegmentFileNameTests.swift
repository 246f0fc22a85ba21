import Testing
import VarveBase
import VarveLog
import VarveTestKit
import VarveTestSupport

@Suite struct SegmentFileNameTests {
  @Test("G04: Kafka's file names are read and made again")
  func kafkaNames() throws {
    let names = try Golden.files("").compactMap { $0.split(separator: "/").last.map(String.init) }
    let read = names.compactMap { SegmentFileName($0) }
    let segmentSuffixes = [".log", ".index", ".timeindex", ".txnindex", ".snapshot"]
    #expect(read.count == names.count { name in segmentSuffixes.contains(where: name.hasSuffix) })
    #expect(read.map(\.description) == names.filter { SegmentFileName($0) != nil })
  }

  @Test func `every kind, state and size of offset comes back`() {
    for kind in SegmentFileName.Kind.allCases {
      for state in SegmentFileName.State.allCases {
        for offset in [0, 9136, Int64.max] {
          let name = SegmentFileName(Offset(offset), kind, state)
          #expect(SegmentFileName(name.description) == name)
          #expect(name.with(.live).path(in: "a") == "a/\(name.with(.live))")
        }
      }
    }
    let name = SegmentFileName(9136, .timeIndex, .swap)
    #expect(name.description == "00000000000000009136.timeindex.swap")
  }

  @Test(
    "names of other files are not taken for segments'",
    arguments: [
      "", ".log", "1.log", "0000000000000000000.log", "000000000000000000000.log",
      "-0000000000000000001.log", "0000000000000000000x.log", "00000000000000000000",
      "00000000000000000000.", "00000000000000000000.txt", "00000000000000000000.log.",
      "00000000000000000000.log.tmp", "00000000000000000000.log.swap.deleted",
      "99999999999999999999.log", "00000000000000000000-0000000000.checkpoint",
      "leader-epoch-checkpoint", "00000000000000000000.LOG",
    ])
  func foreignNames(name: String) {
    #expect(SegmentFileName(name) == nil)
  }
}
