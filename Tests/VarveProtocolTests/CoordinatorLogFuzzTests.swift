import Testing
import VarveBase
import VarveLog
import VarveProtocol
import VarveTestKit
import VarveTestSupport

/// Logs of coordinators with a few changes, a share of what `make fuzz` runs: those that Kafka
/// wrote, and random records of each type. Whatever comes, nothing traps: see the fuzz functions.
@Suite struct CoordinatorLogFuzzTests {
  private struct Decoder: CustomTestStringConvertible, Sendable {
    let name: String
    let samples: @Sendable () throws -> [[UInt8]]
    let run: @Sendable (RawSpan) -> Void

    var testDescription: String { name }
  }

  private static let decoders = [
    Decoder(
      name: "groups", samples: { try golden("__consumer_offsets-") + [randomGroups()] },
      run: fuzzGroupLog),
    Decoder(
      name: "transactions", samples: { try golden("__transaction_state-") },
      run: fuzzTransactionLog),
    Decoder(name: "share groups", samples: { [try shares()] }, run: fuzzShareLog),
    Decoder(name: "traces", samples: { [try traces()] }, run: fuzzTraceLog),
    Decoder(name: "consumers' protocol", samples: consumerMessages, run: fuzzConsumerProtocol),
  ]

  @Test("G27: any bytes are records or none", arguments: decoders, TestShare.seeds(2, long: 200))
  private func anyBytes(decoder: Decoder, seed: UInt64) throws {
    let samples = try decoder.samples()
    #expect(!samples.isEmpty)
    fuzz(
      decoder.run, samples: samples, inputCount: TestShare.count(500, long: 10_000), seed: seed)
  }

  private static func golden(_ prefix: String) throws -> [[UInt8]] {
    try GoldenData.dataFiles(".log").filter { $0.hasPrefix(prefix) }
      .map { try GoldenData.bytes("data/\($0)") }.filter { !$0.isEmpty }
  }

  /// A record of each type that there is.
  private static func randomGroups() throws -> [UInt8] {
    try log(
      zip(GroupRecord.keyTypes, GroupRecord.valueTypes).enumerated().map { index, types in
        let seed = UInt64(index)
        return (framed(types.0, asKey: true, seed: seed), framed(types.1, asKey: false, seed: seed))
      })
  }

  /// A message with the number before it: a key's type, a value's version.
  private static func framed<Message: WireMessage>(
    _ type: Message.Type, asKey: Bool, seed: UInt64
  ) -> ByteSlice {
    let version = asKey ? 0 : Message.api.versions.upperBound
    let number = asKey ? Message.api.key : version
    let message = RandomFiller.message(type, version: version, seed: seed)
    return ByteSlice([0, UInt8(number)] + Array(message.encoded(version: version)))
  }

  private static func shares() throws -> [UInt8] {
    var snapshot = ShareSnapshotValue()
    (snapshot.snapshotEpoch, snapshot.stateEpoch, snapshot.startOffset) = (3, 1, 17)
    snapshot.stateBatches = [batch(17...20, 0, deliveries: 2), batch(22...40, 2)]
    var snapshotKey = ShareSnapshotKey()
    (snapshotKey.groupID, snapshotKey.partition) = ("g", 2)
    var update = ShareUpdateValue()
    (update.snapshotEpoch, update.startOffset) = (3, 19)
    update.stateBatches = [batch(21...21, 4), batch(50...50, 0, token: "later", copyOf: 18)]
    var updateKey = ShareUpdateKey()
    (updateKey.groupID, updateKey.partition) = ("g", 2)
    let records = [
      ShareStateRecord.snapshot(snapshotKey, snapshot), .update(updateKey, update),
      .update(updateKey, nil),
    ]
    return try log(records.map(\.encoded))
  }

  private static func batch(
    _ offsets: ClosedRange<Int64>, _ state: Int8, deliveries: Int16 = 1, token: String = "",
    copyOf: Offset = -1
  ) -> ShareStateBatch {
    var batch = ShareStateBatch()
    (batch.firstOffset, batch.lastOffset) = (Offset(offsets.lowerBound), Offset(offsets.upperBound))
    (batch.deliveryState, batch.deliveryCount) = (state, deliveries)
    (batch.token, batch.copyOf) = (token, copyOf)
    return batch
  }

  private static func traces() throws -> [UInt8] {
    try log(
      (0..<4).map { seed in
        TraceRecord(
          RandomFiller.message(TraceKey.self, version: 0, seed: seed),
          RandomFiller.message(TraceValue.self, version: 0, seed: seed)
        ).encoded
      })
  }

  private static func log(_ records: [(key: ByteSlice, value: ByteSlice?)]) throws -> [UInt8] {
    var builder = RecordBatchBuilder()
    for (key, value) in records {
      try builder.append(timestamp: 0, key: key, value: value)
    }
    try builder.finish()
    return Array(builder.makeSlice())
  }

  @Sendable private static func consumerMessages() -> [[UInt8]] {
    ConsumerProtocolSubscription.api.versions.flatMap { version -> [[UInt8]] in
      let subscription = RandomFiller.message(
        ConsumerProtocolSubscription.self, version: version, seed: 1)
      let assignment = RandomFiller.message(
        ConsumerProtocolAssignment.self, version: version, seed: 1)
      let number = [0, UInt8(version)]
      return [
        [0] + number + Array(subscription.encoded(version: version)),
        [1] + number + Array(assignment.encoded(version: version)),
      ]
    }
  }
}
