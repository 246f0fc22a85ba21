import Testing
import Varve
import VarveLog
import VarveTestKit

@Suite(.everyDoor) struct PartitionerTests {
  /// From librdkafka's own test of its hash; kafka-python gives the same.
  private static let known: [(key: String, hash: UInt32)] = [
    ("kafka", 0xD067_CF64), ("giberish123456789", 0x8F55_2B0C), ("1234", 0x9FC9_7B14),
    ("234", 0xE7C0_09CA), ("34", 0x8739_30DA), ("4", 0x5A4B_5CA1), ("", 0x106E_08D9),
    ("PreAmbleWillBeRemoved,ThePrePartThatIs", 0x7842_4F1C),
    ("reAmbleWillBeRemoved,ThePrePartThatIs", 0x4A62_B377),
    ("eAmbleWillBeRemoved,ThePrePartThatIs", 0xE0E4_E09E),
    ("AmbleWillBeRemoved,ThePrePartThatIs", 0x62B8_B43F), ("Grüße, 世界", 0x3863_1346),
  ]

  private static func hash(_ key: [UInt8]) -> UInt32 { Murmur2.hash(key.span.bytes) }

  @Test("G16: known keys have the hash that librdkafka and kafka-python give them")
  func knownHashes() {
    for (key, hash) in Self.known { #expect(Self.hash(Array(key.utf8)) == hash, "\(key)") }
    #expect(Self.hash(Array(0...255)) == 0x8BDE_9476)
    #expect(Self.hash([UInt8](repeating: 0xFF, count: 7)) == 0xFBC0_2593)
  }

  /// Key number i has i % 41 bytes: the low ones of what SplitMix64 gives for the seed i. Of each
  /// hundred keys the digest is d = 31 d + (murmur2(key) & 0x7fffffff), by kafka-python's murmur2.
  @Test("G16: 10,000 keys go where kafka-python sends them")
  func manyHashes() {
    for (hundred, expected) in Self.digests.enumerated() {
      var digest: UInt64 = 0
      for number in hundred * 100..<hundred * 100 + 100 {
        var generator = SeededGenerator(seed: UInt64(number))
        let key = (0..<number % 41).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
        digest = digest &* 31 &+ UInt64(Self.hash(key) & 0x7FFF_FFFF)
      }
      #expect(digest == expected, "keys \(hundred * 100) to \(hundred * 100 + 99)")
    }
  }

  @Test("G16: a key's partition is its hash without the sign, modulo their number")
  func partitions() {
    for (key, hash) in Self.known {
      for count in 1...40 {
        let partition = Murmur2.partition(of: Array(key.utf8).span.bytes, among: count)
        #expect(partition == Int32((hash & 0x7FFF_FFFF) % UInt32(count)), "\(key) of \(count)")
      }
    }
  }

  @Test("G16: records with a key follow it, those that name a partition go there")
  func keyedAndExplicit() async throws {
    let log = try VarveUnderTest()
    try await log.varve.createTopic("orders", partitions: 7)
    let producer = try log.varve.producer()
    for number in 0..<200 {
      let key = "customer-\(number)"
      let receipt = try await producer.send("orders", key: key, value: "\(number)")
      #expect(
        receipt.partition.partition == Murmur2.partition(of: Array(key.utf8).span.bytes, among: 7))
      let named = try await producer.send("orders", partition: 3, key: key, value: "named")
      #expect(named.partition.partition == 3)
    }
    for index in [-1, 7, 100] as [Int32] {
      let error = await failure { () async throws(VarveError) in
        _ = try await producer.send("orders", partition: index, value: "x")
      }
      #expect(error?.code == .unknownTopicOrPartition)
    }
    try await log.varve.close()
  }

  @Test("G16: records without a key fill a batch in one partition, then go to another")
  func sticky() async throws {
    let cluster = HeldCluster(partitions: 4, holds: false)
    var options = Producer.Options()
    options.linger = .seconds(3600)
    options.batchBytes = 4096
    let producer = try Producer(cluster, options: options)
    let value = String(repeating: "x", count: 100)
    for _ in 0..<4000 { try await producer.enqueue("held", value: value) }
    try await producer.flush()
    let headers = try cluster.held.map { try $0.batches.flatMap { try storedHeaders($0) } }
    #expect(headers.joined().reduce(0) { $0 + Int($1.recordCount) } == 4000)
    // 33 records fit into a batch: about 121 batches in all, a share of them in each partition.
    #expect(headers.joined().count <= 4000 / 33 * 2)
    for partition in headers { #expect(partition.count > 5) }
    try await producer.close()
  }

  private static let digests: [UInt64] = [
    0x331B_C7B3_BA5C_FE18, 0x6913_17BB_DC49_794B, 0xCFA1_198C_F7BF_6847, 0x07D1_1492_CC46_FFE0,
    0xEE20_D609_4140_26F6, 0xEA06_C47F_4D78_BC4A, 0xF5CC_B894_5191_14DC, 0x4375_8452_C898_D1DA,
    0x8961_33E5_A93D_B902, 0x0108_46F0_2F84_2EC8, 0x8DA4_5DDF_D71E_8504, 0xDB1C_AA75_123E_677A,
    0x55AE_C99E_B394_3B46, 0xF73E_8BEC_CD4B_F54F, 0x34F3_DDC0_670B_557E, 0x91F6_4B8D_7CB7_67BF,
    0xC11E_EA37_09B2_EC65, 0x1248_BB88_68F3_7622, 0x95FE_5BFD_16B7_2670, 0x2D6C_48C8_4ADF_F818,
    0xB862_41AD_BC3C_6C11, 0x8800_EDD0_7F21_06E0, 0x1ED4_1B60_E38E_F0E5, 0x2EB0_98B6_F1B5_5DD6,
    0x2832_860A_4C34_BD61, 0xB420_BC75_88E3_2672, 0x94A3_5369_872C_64DD, 0x93B0_522D_AD9D_562D,
    0xDEAA_86AB_9B9E_19E5, 0x479D_DCB8_7581_72F5, 0xE58F_DBF6_E611_9C8B, 0x1397_9812_66C1_0DE9,
    0x5A70_A5F0_1C31_F8AF, 0x226B_A52E_11DA_39F8, 0x9E1B_ADA3_E656_3045, 0xA641_D4CA_0956_1DDB,
    0xA4D0_7EAD_D80F_E7A1, 0xEB58_8550_1F77_BB23, 0xC09F_E919_85B2_0450, 0x426B_619E_3B2C_1D5B,
    0x5035_E733_0971_10AF, 0xAE0A_791B_1FD2_6330, 0x3ACB_715C_C741_374B, 0xE1E2_40CE_F08A_8315,
    0x5ADB_5292_2FE5_1D1F, 0x44C6_293B_9F75_3EBB, 0x5210_98B2_7A82_7D4E, 0xEAD3_7443_A1B4_11E0,
    0xD8DF_37C7_A60C_B069, 0xD827_F0AF_70DD_EB4D, 0xD207_24B2_9969_56AE, 0x8BB9_BFE0_B7A5_BDDB,
    0xDF38_9110_A97B_DF68, 0xDE61_1561_F5A4_9D55, 0x1461_C8F3_3E59_3B94, 0x8D8B_8D09_62AD_5A7A,
    0xC1CF_007F_9D90_C6B6, 0xD7CB_78E9_FFB8_5C07, 0x36C2_6E11_6EC4_24E9, 0x9F99_DBC1_4217_43FC,
    0x9B19_7D75_9C39_2EA2, 0xE860_964D_FB36_0BEF, 0x72C0_C916_F34E_01AE, 0xD214_9E54_7C1A_116B,
    0x8345_FFB9_502B_1EEF, 0xF56E_F024_5F70_5039, 0x9A44_20BA_8BB4_3D31, 0xF538_CF1E_7C48_E824,
    0x1405_5E25_E77E_5633, 0xE01B_4980_8EAF_0A56, 0x866C_18E7_0AEB_505F, 0xAE0A_AFB1_FA6D_79DC,
    0xCF9A_C54B_03E3_D525, 0x9CE2_2CE7_18D1_F29C, 0xC739_101E_B2D0_017D, 0x739B_066C_31E3_9B1A,
    0x1110_17F6_32F4_F9CD, 0x6552_3EBE_B294_A0A5, 0x10EE_F922_39EA_1BA0, 0xC390_5D1E_1DEC_C8E8,
    0x6E90_D930_6890_78C1, 0x5B73_D254_AEB0_7ED2, 0xDFF2_55AB_81B8_61E0, 0xDE0A_80D8_C6AD_33D5,
    0x8EE5_CC27_F8A1_3772, 0x9742_B47D_6DBC_F853, 0xDDA1_FCB2_2274_6540, 0xDBF2_802C_EA45_9BC6,
    0xC47C_BDB4_D153_B27D, 0x3726_C710_5276_FCA5, 0x7D64_860B_DC63_95F2, 0x6254_322C_0DC6_9D69,
    0x3ED2_0C76_84C5_07DA, 0x8FE5_41D2_A3EA_41BF, 0xF7D2_2B3A_B7BD_E839, 0x810B_24F1_4FF0_9A32,
    0xFD72_DB23_BEEC_4BF5, 0xBDF8_C2CF_297A_40D8, 0x2301_4862_EF8F_2555, 0xDB84_324E_4AA7_F638,
  ]
}
