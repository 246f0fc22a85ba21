import Testing
import Varve
import VarveBase
import VarveTestKit

@Suite struct LaneProgressTests {
  /// The obvious model: every offset read, with whether it is finished; what may be committed is
  /// the first that is not.
  private struct Model {
    var isFinished: [(offset: Offset, isFinished: Bool)] = []
    var end: Offset

    var lowWaterMark: Offset { isFinished.first { !$0.isFinished }?.offset ?? end }
    var running: [Offset] { isFinished.filter { !$0.isFinished }.map(\.offset) }

    mutating func finish(_ offset: Offset) {
      for index in isFinished.indices where isFinished[index].offset == offset {
        isFinished[index].isFinished = true
      }
    }
  }

  @Test func `G35: the low-water mark never passes a record that is not finished`() {
    for seed in TestShare.seeds(200, long: 10_000) {
      var random = SeededGenerator(seed: seed)
      let start = Offset(Int64.random(in: 0...50, using: &random))
      var progress = LaneProgress(from: start)
      var model = Model(end: start)
      for _ in 0..<200 {
        switch Int.random(in: 0..<5, using: &random) {
        case 0, 1:
          let offset = model.end + Int64.random(in: 0...2, using: &random)
          progress.begin(offset)
          model.isFinished.append((offset, false))
          model.end = offset + 1
        case 2:
          // What is not shown: control records, aborted ones, holes that compaction left.
          model.end = model.end + Int64.random(in: 0...3, using: &random)
          progress.read(upTo: model.end)
        default:
          guard let offset = model.running.randomElement(using: &random) else { continue }
          progress.finish(offset)
          model.finish(offset)
        }
        #expect(progress.lowWaterMark == model.lowWaterMark, "\(TestShare.again(seed))")
        #expect(progress.unfinishedCount == model.running.count, "\(TestShare.again(seed))")
      }
    }
  }

  @Test func `a record that is stuck holds the mark while thousands behind it finish`() {
    var progress = LaneProgress(from: 10)
    for offset in Int64(10)..<5_000 { progress.begin(Offset(offset)) }
    for offset in Int64(11)..<5_000 { progress.finish(Offset(offset)) }
    #expect(progress.lowWaterMark == 10)
    #expect(progress.unfinishedCount == 1)
    progress.finish(10)
    #expect(progress.lowWaterMark == 5_000)
  }
}
