import Testing
import VarveBase
import VarveCoordination
import VarveProtocol

/// Members of the classic protocol in a consumer group. Oracle: Kafka's answers (KIP-848).
struct ClassicMembersTests {
  /// A consumer group of the classic members `a` and `b` and the consumer `m`, at rest at epoch 4.
  private func mixed(_ change: (inout GroupSettings) -> Void = { _ in }) throws -> MigrationBench {
    let bench = MigrationBench(change)
    _ = try bench.beat(.join("m"))
    for member in ["a", "b"] { bench.join(member) }
    let kept = try #require(
      try bench.beat(.beat("m", 1, owned: ["t": [0, 1, 2, 3, 4, 5]])).partitions())
    _ = try bench.beat(.beat("m", 1, owned: ["t": kept]))
    for member in ["a", "b"] {
      let generation = try bench.joined(bench.join(member)).generationID
      #expect(generation == 3)
      #expect(try bench.partitions(bench.sync(member, 3)).count == 2)
    }
    #expect(bench.state == "Stable")
    return bench
  }

  @Test func `G36: a new member is told its name first, by version`() throws {
    let bench = try mixed()
    let asked = bench.join("", version: 4)
    #expect(bench.joinError(asked) == .memberIDRequired)
    let name = try bench.joined(asked).memberID
    #expect(bench.last.isEmpty)
    #expect(try bench.joined(bench.join(name, version: 4)).generationID == 4)
    #expect(bench.joinError(bench.join("", version: 3)) == ErrorCode.none)
    #expect(bench.joinError(bench.join("", instance: "i", version: 9)) == ErrorCode.none)
  }

  @Test func `G36: joins that Kafka refuses`() throws {
    let bench = try mixed { $0.consumerMaxSize = 3 }
    let before = bench.described
    for (request, code) in [
      (bench.join("a", protocols: ["sticky"]), .inconsistentGroupProtocol),
      (bench.join("a", type: "connect"), .inconsistentGroupProtocol),
      (bench.join("a", protocols: []), .inconsistentGroupProtocol),
      (bench.join("a", metadata: ByteSlice([0])), .inconsistentGroupProtocol),
      (bench.join("a", session: 1), .invalidSessionTimeout),
      (bench.join("n"), .groupMaxSizeReached),
      (bench.join("a", instance: "nobody"), .unknownMemberID),
    ] as [(UInt64, ErrorCode)] {
      #expect(bench.joinError(request) == code)
    }
    #expect(bench.described == before)
  }

  @Test func `G36: syncs and heartbeats that Kafka refuses`() throws {
    let bench = try mixed()
    for (request, code) in [
      (bench.sync("nobody", 3), .unknownMemberID), (bench.sync("m", 3), .unknownMemberID),
      (bench.sync("a", 2), .illegalGeneration),
      (bench.sync("a", 3, name: "sticky"), .inconsistentGroupProtocol),
      (bench.sync("a", 3, type: "connect"), .inconsistentGroupProtocol),
      (bench.sync("a", 3, instance: "i"), .unknownMemberID),
      (bench.sync("a", 3, name: nil, type: nil), .none),
    ] as [(UInt64, ErrorCode)] {
      #expect(bench.syncError(request) == code)
    }
    #expect(bench.heartbeat("nobody", 3) == .unknownMemberID)
    #expect(bench.heartbeat("m", 3) == .unknownMemberID)
    #expect(bench.heartbeat("a", 2) == .illegalGeneration)
    #expect(bench.heartbeat("a", 3) == .none)
  }

  @Test func `G36: a named instance that another has taken over is fenced`() throws {
    let bench = try mixed()
    bench.join("s", instance: "i")
    let old = try bench.joined(bench.join("", instance: "i")).memberID
    let new = try bench.joined(bench.join("", instance: "i")).memberID
    #expect(old != new)
    #expect(bench.joinError(bench.join(old, instance: "i")) == .fencedInstanceID)
    #expect(bench.heartbeat(old, 4, instance: "i") == .fencedInstanceID)
    #expect(bench.described.members.map(\.memberID).contains(new))
  }

  @Test func `G36: offsets of a member of the classic protocol are of its generation`() throws {
    let bench = try mixed()
    for (epoch, code) in [(Int32(2), ErrorCode.illegalGeneration), (3, .none)] {
      let request = OffsetCommitRequest(
        group: "g", topic: "t", member: "a", epoch: epoch, [0: 5])
      do throws(CoordinatorError) {
        let decision = try bench.coordinator.offsetCommit(request, version: 8, by: .test())
        #expect(decision.reply.errors == [code])
      } catch { #expect(error.code == code) }
    }
  }

  @Test func `G30: a member that does not join again when told to is put out`() throws {
    let bench = try mixed()
    _ = try bench.beat(.join("n"))
    for _ in 0..<9 {
      #expect(bench.heartbeat("a", 3) == .rebalanceInProgress)
      bench.pass(3_000)
      bench.join("b")
      bench.sync("b", 4)
    }
    #expect(bench.heartbeat("a", 3) == .rebalanceInProgress)
    bench.pass(3_000)
    #expect(bench.heartbeat("a", 3) == .unknownMemberID)
  }

  @Test func `G30: a member that joins and does not sync is put out, and so is a silent one`()
    throws
  {
    let silent = try mixed()
    silent.pass(10_000)
    #expect(silent.heartbeat("a", 3) == .unknownMemberID)
    let bench = try mixed()
    bench.join("a")
    for _ in 0..<9 {
      bench.pass(3_000)
      for member in ["a", "b"] { #expect(bench.heartbeat(member, 3) == .none) }
    }
    bench.pass(3_000)
    #expect(bench.heartbeat("a", 3) == .unknownMemberID)
  }

  @Test func `G30: topics that grow are noticed by heartbeats of the classic protocol too`() throws
  {
    let bench = try mixed()
    _ = bench.coordinator.topicsChanged(to: GroupUnderTest.image([("t", 9)]))
    #expect(bench.heartbeat("a", 3) == .rebalanceInProgress)
    #expect(try bench.joined(bench.join("a")).generationID == 4)
    #expect(try bench.partitions(bench.sync("a", 4)).count == 3)
  }

  @Test func `G36: a leave takes out members of either protocol, by name or instance`() throws {
    let bench = try mixed()
    _ = try bench.beat(.join("s", instance: "i"))
    #expect(try bench.leave("nobody") == [.unknownMemberID])
    #expect(try bench.leave("", instance: "nobody") == [.unknownMemberID])
    #expect(try bench.leave("a", instance: "i") == [.fencedInstanceID])
    #expect(try bench.leave("", instance: "i") == [.none])
    #expect(try bench.leave("a", version: 2) == [.none])
    #expect(try bench.leave("a", version: 2) == [.unknownMemberID])
    #expect(bench.described.members.map(\.memberID) == ["b", "m"])
  }
}
