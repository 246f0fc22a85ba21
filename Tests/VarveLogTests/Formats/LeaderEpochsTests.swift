import Testing
import VarveBase
import VarveLog
import VarveTestKit

@Suite struct LeaderEpochsTests {
  /// The epoch of every offset of a log, as plainly as it can be kept.
  private struct Model {
    var start = 0
    var epochs: [Int32] = []
    var end: Int { start + epochs.count }

    func end(of epoch: Int32) -> (Int32, Int) {
      guard let last = epochs.last, epoch <= last else { return (-1, -1) }
      if epoch == last { return (epoch, end) }
      let next = epochs.firstIndex { $0 > epoch } ?? 0
      return (next == 0 ? epoch : epochs[next - 1], start + next)
    }
  }

  @Test(
    "every answer equals that of a log that keeps an epoch for each offset",
    arguments: UInt64(1)...6)
  func againstModel(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    var model = Model()
    var epochs = LeaderEpochs()
    var epoch: Int32 = 0
    for step in 0..<300 {
      switch Int.random(in: 0..<8, using: &random) {
      case 0: epoch += Int32.random(in: 1...3, using: &random)
      case 1:
        let cut = Int.random(in: 0...min(6, model.epochs.count), using: &random)
        model.epochs.removeLast(cut)
        epochs.truncateFromEnd(to: Offset(Int64(model.end)))
      case 2 where model.epochs.count > 1:
        // At least one record is left: without any, the epochs say more than the records.
        let cut = Int.random(in: 0..<model.epochs.count, using: &random)
        model.epochs.removeFirst(cut)
        model.start += cut
        epochs.truncateFromStart(to: Offset(Int64(model.start)))
      default:
        let isFirst = model.epochs.last != epoch
        let changed = epochs.assign(epoch, startOffset: Offset(Int64(model.end)))
        #expect(changed == isFirst, "seed \(seed), step \(step)")
        model.epochs.append(epoch)
      }
      expectEqual(epochs, model, upTo: epoch + 2, "seed \(seed), step \(step)")
    }
  }

  private func expectEqual(
    _ epochs: LeaderEpochs, _ model: Model, upTo last: Int32, _ context: String
  ) {
    for (index, epoch) in model.epochs.enumerated() {
      #expect(epochs.epoch(at: Offset(Int64(model.start + index))) == epoch, "\(context)")
    }
    guard !model.epochs.isEmpty else { return }
    for epoch in -1...last {
      let found = epochs.endOffset(for: epoch, logEnd: Offset(Int64(model.end)))
      let expected = epoch < 0 ? (-1, -1) : model.end(of: epoch)
      #expect(found.epoch == expected.0, "\(context), epoch \(epoch)")
      #expect(found.endOffset == Offset(Int64(expected.1)), "\(context), epoch \(epoch)")
    }
  }

  @Test func `an entry that contradicts drops those it contradicts`() {
    var epochs = LeaderEpochs([.init(epoch: 1, startOffset: 0), .init(epoch: 4, startOffset: 50)])
    epochs.assign(3, startOffset: 40)
    #expect(
      epochs.entries == [.init(epoch: 1, startOffset: 0), .init(epoch: 3, startOffset: 40)])
    epochs.assign(5, startOffset: 40)
    #expect(
      epochs.entries == [.init(epoch: 1, startOffset: 0), .init(epoch: 5, startOffset: 40)])
  }
}
