import Testing
import VarveCoordination

/// Oracle: the defaults in Kafka 4.0's documentation of broker configs.
struct GroupSettingsTests {
  @Test func `the defaults are Kafka's`() {
    let settings = GroupSettings()
    #expect(settings.consumerSessionTimeout == 45_000)
    #expect(settings.consumerHeartbeatInterval == 5_000)
    #expect(settings.consumerMaxSize == Int.max)
    #expect(settings.consumerAssignors == ["uniform", "range"])
    #expect(settings.migrationPolicy == .bidirectional)
    #expect(settings.classicSessionTimeouts == 6_000...1_800_000)
    #expect(settings.classicInitialRebalanceDelay == 3_000)
    #expect(settings.classicMaxSize == Int(Int32.max))
    #expect(settings.classicNewMemberJoinTimeout == 300_000)
    #expect(settings.offsetMetadataMaxBytes == 4096)
    #expect(settings.offsetsRetention == 10_080 * 60_000)
    #expect(settings.offsetsRetentionCheckInterval == 600_000)
  }
}
