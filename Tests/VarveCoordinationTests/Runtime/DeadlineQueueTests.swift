import Testing
import VarveCoordination
import VarveTestKit

/// Oracle: a dictionary that is searched.
struct DeadlineQueueTests {
  @Test func `deadlines come up as a search through all of them finds them`() {
    for seed in TestShare.seeds(200, long: 10_000) {
      var generator = SeededGenerator(seed: seed)
      var queue = DeadlineQueue<Int>()
      var model: [Int: (uptime: Int64, order: Int)] = [:]
      for step in 0..<400 {
        let key = Int.random(in: 0..<20, using: &generator)
        switch Int.random(in: 0..<10, using: &generator) {
        case 0..<6:
          let uptime = Int64.random(in: 0..<50, using: &generator)
          queue.set(key, at: uptime)
          model[key] = (uptime, step)
        case 6..<8:
          queue.set(key, at: nil)
          model[key] = nil
        default:
          let now = Int64.random(in: 0..<50, using: &generator)
          let due = model.filter { $0.value.uptime <= now }
            .min { ($0.value.uptime, $0.value.order) < ($1.value.uptime, $1.value.order) }
          #expect(queue.popDue(by: now) == due?.key, "\(TestShare.again(seed)), step \(step)")
          if let due { model[due.key] = nil }
        }
        #expect(
          queue.next == model.values.map(\.uptime).min(), "\(TestShare.again(seed)), step \(step)")
        #expect(queue.isSet(key) == (model[key] != nil), "\(TestShare.again(seed)), step \(step)")
        #expect(queue.count == model.count, "\(TestShare.again(seed)), step \(step)")
      }
    }
  }
}
