import Synchronization
import Testing
import Varve
import VarveBase
import VarveProtocol
import VarveTestSupport

/// Goal: groups that work on each other's output may all rebalance at once, and no member that is
/// there is ever told that it is unknown. Method: clients on sockets, each of a chain of groups,
/// while others join, leave and come back under their static names.
@Suite struct ChainedGroupsTests {
  private static let rounds = 8

  @Test(
    "G26: no UNKNOWN_MEMBER_ID while chained groups rebalance at once, static members included",
    arguments: [false, true])
  func chained(isStatic: Bool) async throws {
    try await ServedBroker.run(
      serverConfig: ["group.initial.rebalance.delay.ms": "0"]
    ) { served in
      for stage in 0...2 {
        try await served.varve.createTopic("t\(stage)", partitions: Int32(partitionCount))
      }
      let port = served.port
      let isOver = Flag()
      try await withThrowingTaskGroup { tasks in
        for stage in 0..<2 {
          for number in 0..<2 {
            tasks.addTask {
              try await onLink(port, stage, isStatic ? "i\(number)" : nil) { link in
                try link.work { isOver.isSet }
              }
            }
          }
        }
        tasks.addTask {
          defer { isOver.set() }
          try await Self.disturb(port, isStatic: isStatic)
        }
        try await tasks.waitForAll()
      }
    }
  }

  /// Members join and leave, in both groups at once. A static one is gone every other time, and
  /// comes back.
  private static func disturb(_ port: UInt16, isStatic: Bool) async throws {
    for round in 0..<rounds {
      let isGone = isStatic && round.isMultiple(of: 2)
      try await withThrowingTaskGroup { tasks in
        for stage in 0..<2 {
          tasks.addTask {
            try await onLink(port, stage, isStatic ? "guest" : nil) { link in
              try link.member.settle(partitionCount: partitionCount)
              if isGone { return }
              let left = try link.member.leave()
              #expect(left == ErrorCode.none)
            }
          }
        }
        try await tasks.waitForAll()
      }
    }
  }
}

private let partitionCount = 4

/// Set once.
private final class Flag: Sendable {
  private let value = Atomic(false)

  var isSet: Bool { value.load(ordering: .acquiring) }
  func set() { value.store(true, ordering: .releasing) }
}

/// A member of the group between two topics of the chain.
private struct Link {
  var member: WireMember
  let output: String
  private var positions: [Int32: Offset] = [:]

  init(_ client: WireClient, _ stage: Int, _ instance: String?) {
    member = WireMember(client, group: "g\(stage)", topic: "t\(stage)", instance: instance)
    output = "t\(stage + 1)"
  }

  /// Copies from topic to topic and commits, and takes part in every rebalance. Throws where the
  /// server says what no member that is there should hear.
  mutating func work(until isOver: () -> Bool) throws {
    try member.settle(partitionCount: partitionCount)
    while !isOver() {
      switch try member.heartbeat() {
      case ErrorCode.none: try copy()
      case .rebalanceInProgress: try member.settle(partitionCount: partitionCount)
      case let code: throw WireMember.Failure(code: code)
      }
    }
    let left = try member.leave()
    #expect(left == ErrorCode.none)
  }

  private mutating func copy() throws {
    for partition in member.partitions {
      let request = ProduceRequest(output, partition, batch: try batch(["x"]))
      let stored: ProduceResponse = try member.client.ask(request, version: 9)
      #expect(stored.topics[0].partitions[0].errorCode == ErrorCode.none)
      let next = positions[partition, default: 0]
      positions[partition] = next + 1
      let code = try member.commit(next, of: partition)
      guard code == ErrorCode.none else { throw WireMember.Failure(code: code) }
    }
  }
}

/// Runs `body` with a link on a thread of its own.
private func onLink(
  _ port: UInt16, _ stage: Int, _ instance: String?,
  _ body: @escaping @Sendable (inout Link) throws -> Void
) async throws {
  try await onThread {
    var link = Link(try WireClient(port: port), stage, instance)
    try body(&link)
  }
}
