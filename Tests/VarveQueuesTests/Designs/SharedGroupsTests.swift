import Testing
import Varve
import VarveQueues

/// Goal: a topic is for every group, and in a group each partition for one member at a time.
///
/// Method: members note what they read and what they are given. The oracle is what was sent.
@Suite(.timeLimit(.hang)) struct SharedGroupsTests {
  /// Sends records of sixteen keys, each key's to one partition.
  private static func send(_ numbers: Range<Int>, to varve: Varve) async throws {
    let producer = try varve.producer()
    for number in numbers {
      try await producer.send(
        "orders", partition: Int32(number % 4), key: "\(number % 16)", value: "\(number)")
    }
    try await producer.close()
  }

  @Test
  func `S09: groups of 1, 2 and 4 members read all, one owner a partition, each key in order`()
    async throws
  {
    try await Door.inProcess.with { varve in
      try await varve.createTopic("orders", partitions: 4)
      let groups = [1, 2, 4].map { MemberGroup("of \($0)", size: $0, of: varve) }
      let (joining, replacing) = (Gate(), Gate())
      try await run {
        try await Self.runMembers(of: groups, joining, replacing)
      } until: {
        try await Self.send(0..<48, to: varve)
        for group in groups { await group.read.reach(12) }
        joining.open()
        for group in groups { await group.reach(memberCount: group.size) }
        for group in groups { group.tellToLeave(0) }
        try await Self.send(48..<72, to: varve)
        replacing.open()
        try await Self.send(72..<96, to: varve)
        for group in groups { await group.read.reach(96) }
      }
      for group in groups {
        #expect(group.violations == [], "group \(group.name)")
        for key in 0..<16 {
          let read = group.read.all.filter { $0.key == "\(key)" }.map(\.text)
          #expect(read == (0..<6).map { "\(key + 16 * $0)" }, "\(group.name)")
        }
      }
    }
  }

  /// One member of each group, the others once they may join, and one in the first one's place.
  private static func runMembers(
    of groups: [MemberGroup], _ joining: Gate, _ replacing: Gate
  ) async throws {
    try await withThrowingTaskGroup(of: Void.self) { members in
      for group in groups {
        members.addTask { try await group.member(0) }
        for number in 1..<group.size + 1 {
          members.addTask {
            await (number < group.size ? joining : replacing).pass()
            try await group.member(number)
          }
        }
      }
      try await members.waitForAll()
    }
  }

  @Test func `S09: a member that is slow holds up its own partitions alone`() async throws {
    try await Door.inProcess.with { varve in
      try await varve.createTopic("orders", partitions: 4)
      let gate = Gate()
      let group = MemberGroup("billing", size: 2, of: varve) { record in
        if record.text == "0" { await gate.pass() }
      }
      try await run {
        try await withThrowingTaskGroup(of: Void.self) { members in
          for number in 0..<2 { members.addTask { try await group.member(number) } }
          try await members.waitForAll()
        }
      } until: {
        await group.reach(memberCount: 2)
        try await Self.send(0..<1, to: varve)
        await gate.wait(for: 1)
        try await Self.send(1..<32, to: varve)
        // Half of the partitions are the other member's.
        await group.read.reach(16)
        #expect(!group.read.all.contains { $0.text == "0" })
        gate.open()
        await group.read.reach(32)
      }
      #expect(Set(group.read.all.map(\.text)).count == 32 && group.violations == [])
    }
  }
}
