import VarveCoordination
import VarveTestKit
import Testing

/// Goal: the set is a set. The oracle is Swift's own.
struct OffsetSetTests {
  @Test func `random changes give what a plain set has`() {
    for seed in TestShare.seeds(20, long: 2_000) {
      var random = SeededGenerator(seed: seed)
      var (set, model) = (OffsetSet(), Set<Int64>())
      var start: Int64 = 0
      for _ in 0..<60 {
        if Int.random(in: 0..<5, using: &random) == 0 {
          start = Int64.random(in: start...start + 3_000, using: &random)
          set.removeAll(before: start)
          model = model.filter { $0 >= start }
        } else {
          let first = Int64.random(in: start..<start + 20_000, using: &random)
          let length = Int64.random(
            in: 0..<[2, 100, 9_000].randomElement(using: &random)!,
            using: &random)
          set.insert(first...first + length)
          model.formUnion(first...first + length)
        }
        #expect(set.count == Int64(model.count), "\(TestShare.again(seed))")
        let probe = Int64.random(in: start..<start + 25_000, using: &random)
        #expect(set.contains(probe) == model.contains(probe))
        var missing = probe
        while model.contains(missing) { missing += 1 }
        #expect(set.firstMissing(from: probe) == missing)
      }
      #expect(set.ranges.flatMap { Array($0) } == model.sorted())
      let areApart = zip(set.ranges, set.ranges.dropFirst()).allSatisfy {
        $0.upperBound + 1 < $1.lowerBound
      }
      #expect(areApart)
    }
  }
}
