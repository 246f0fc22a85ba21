import Testing
import VarveBase
import VarveProtocol
import VarveTestKit

/// One version of one message.
struct MessageVersion: CustomTestStringConvertible, Sendable {
  let type: any (WireMessage & Equatable).Type
  let version: Int16

  var testDescription: String { "\(type) version \(version)" }

  /// Every version of every message of ours, and of two made for these tests.
  static let all: [MessageVersion] =
    (MetadataRecord.types + GroupRecord.keyTypes + GroupRecord.valueTypes
    + APIMessages.all.flatMap { [$0.request, $0.response] }
    + [
      TransactionLogKey.self, TransactionLogValue.self, ConsumerProtocolSubscription.self,
      ConsumerProtocolAssignment.self,
    ]
    + [
      ShareSnapshotKey.self, ShareSnapshotValue.self, ShareUpdateKey.self, ShareUpdateValue.self,
    ]
    + [
      SnapshotHeaderRecord.self, SnapshotFooterRecord.self, KRaftVersionRecord.self,
      VotersRecord.self, LeaderChangeMessage.self, EveryKindOfField.self,
    ])
    .flatMap { type in type.api.versions.map { MessageVersion(type: type, version: $0) } }
}

/// A message with every kind of field and every version word, classic before version 2.
struct EveryKindOfField: WireMessage, Equatable {
  static let api = API(9999, versions: 0...3, flexibleSince: 2)

  var byte: Int8 = 0
  var port: UInt16 = 0
  var word: UInt32 = 7
  var number: Double = 0
  var old: Int64 = -1
  var text = "none"
  var maybeText: String?
  var data = ByteSlice()
  var maybeData: ByteSlice?
  var numbers: [Int32] = []
  var maybeInners: [Inner]?
  var maybeInner: Inner?
  var laterNull: [String]? = []
  var tagged: Int32 = 3
  var taggedInner = Inner()
  var taggedLate: String?

  struct Inner: WireStruct, Hashable {
    var flag = false
    var offset: Offset = 0
    var tagged: [Int16] = []

    mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
      wire.code(&flag)
      wire.code(&offset, since: 1)
      wire.tags { wire in
        wire.code(&tagged, tag: 5, unless: [])
      }
    }
  }

  mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&byte)
    wire.code(&port)
    wire.code(&word, since: 1)
    wire.code(&number)
    wire.code(&old, in: 0...1)
    wire.code(&text)
    wire.code(&maybeText)
    wire.code(&data)
    wire.code(&maybeData)
    wire.code(&numbers)
    wire.code(&maybeInners)
    wire.code(&maybeInner, nullableSince: 0, since: 1)
    wire.code(&laterNull, nullableSince: 2)
    wire.tags { wire in
      wire.code(&tagged, tag: 0, unless: 3)
      wire.code(&taggedInner, tag: 1, unless: Inner())
      wire.code(&taggedLate, tag: 300, unless: nil, since: 3)
    }
  }
}

/// Goal: what is written is read again, and nothing else is. Method: random messages of every
/// version, their prefixes, and bytes of which one is changed.
struct WireMessageTests {
  @Test(arguments: MessageVersion.all)
  func `a message survives a round trip`(_ subject: MessageVersion) throws {
    func check<Message: WireMessage & Equatable>(_: Message.Type) throws {
      for seed in UInt64(0)..<20 {
        let message = RandomFiller.message(Message.self, version: subject.version, seed: seed)
        let bytes = message.encoded(version: subject.version)
        let copied = try Message(decoding: bytes.bytes, version: subject.version)
        #expect(copied == message, "seed \(seed)")
        let shared = try Message(decoding: bytes, version: subject.version)
        #expect(shared == message, "seed \(seed)")
        let again = shared.encoded(version: subject.version)
        #expect(again == bytes, "seed \(seed)")
      }
    }
    try check(subject.type)
  }

  @Test(arguments: MessageVersion.all)
  func `no prefix of a message is a message, nor is one with a byte too many`(
    _ subject: MessageVersion
  ) throws {
    func check<Message: WireMessage & Equatable>(_: Message.Type) throws {
      for seed in UInt64(0)..<2 {
        let message = RandomFiller.message(Message.self, version: subject.version, seed: seed)
        let bytes = message.encoded(version: subject.version)
        for count in 0..<bytes.count {
          #expect(throws: WireError.self, "seed \(seed), \(count) of \(bytes.count) bytes") {
            try Message(decoding: bytes.slice(0..<count), version: subject.version)
          }
        }
        let longer = ByteSlice(Array(bytes) + [0])
        #expect(throws: WireError.self, "seed \(seed)") {
          try Message(decoding: longer, version: subject.version)
        }
      }
    }
    try check(subject.type)
  }

  @Test(arguments: MessageVersion.all)
  func `damaged bytes are read without harm`(_ subject: MessageVersion) {
    func check<Message: WireMessage & Equatable>(_: Message.Type) {
      var random = SeededGenerator(seed: 1)
      let message = RandomFiller.message(Message.self, version: subject.version, seed: 1)
      let bytes = Array(message.encoded(version: subject.version))
      for _ in 0..<200 {
        guard let position = bytes.indices.randomElement(using: &random) else { return }
        var damaged = bytes
        let values: [UInt8] = [0, 0x7F, 0x80, 0xFF, UInt8.random(in: 0...255, using: &random)]
        damaged[position] = values[Int.random(in: values.indices, using: &random)]
        // Either it is a message or an error says why not; both are fine, a trap is not.
        if let decoded = try? Message(decoding: ByteSlice(damaged), version: subject.version) {
          _ = decoded.encoded(version: subject.version)
        }
      }
    }
    check(subject.type)
  }

  @Test func `an unknown tag is passed over`() throws {
    var message = EveryKindOfField()
    message.taggedLate = "from version 3"
    message.tagged = 9
    let bytes = message.encoded(version: 3)
    // Version 2 has the same fields but for that tag.
    let decoded = try EveryKindOfField(decoding: bytes, version: 2)
    message.taggedLate = nil
    #expect(decoded == message)
  }

  @Test func `a classic message is what Kafka's guide says, byte by byte`() throws {
    var message = EveryKindOfField()
    message.byte = -1
    message.port = 0x2384
    message.number = 1
    message.old = 2
    message.text = "né"
    message.data = ByteSlice([1, 2])
    message.numbers = [258]
    message.maybeInners = [EveryKindOfField.Inner()]
    message.laterNull = nil
    let expected: [UInt8] =
      [0xFF, 0x23, 0x84, 0x3F, 0xF0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2]
      + [0, 3, 0x6E, 0xC3, 0xA9, 0xFF, 0xFF, 0, 0, 0, 2, 1, 2, 0xFF, 0xFF, 0xFF, 0xFF]
      + [0, 0, 0, 1, 0, 0, 1, 2, 0, 0, 0, 1, 0, 0, 0, 0, 0]
    #expect(Array(message.encoded(version: 0)) == expected)
  }

  @Test func `a flexible message is what KIP-482 says, byte by byte`() throws {
    var message = EveryKindOfField()
    message.text = "n"
    message.maybeText = ""
    message.numbers = [1]
    message.maybeInner = EveryKindOfField.Inner(flag: true, offset: 5, tagged: [2])
    message.laterNull = nil
    message.tagged = 4
    message.taggedLate = "x"
    let inner: [UInt8] = [1, 1, 0, 0, 0, 0, 0, 0, 0, 5, 1, 5, 3, 2, 0, 2]
    let expected: [UInt8] =
      [0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0x6E, 1, 1, 0, 2, 0, 0, 0, 1, 0]
      + inner + [0, 2, 0, 4, 0, 0, 0, 4, 0xAC, 2, 2, 2, 0x78]
    #expect(Array(message.encoded(version: 3)) == expected)
  }

  @Test func `a count that lies reserves nothing and is refused`() {
    // An array of 268 million structs, said in five bytes.
    let bytes: [UInt8] = [0xFF, 0xFF, 0xFF, 0x7F, 0]
    var reader = WireReader(bytes.span.bytes)
    var array: [EveryKindOfField.Inner] = []
    reader.array(&array)
    let fault = reader.fault
    #expect(fault == WireFault(kind: .count, position: 4))
    #expect(array.capacity == 0)
  }

  @Test func `G27: arrays that would take too much memory are refused before they do`() throws {
    // Names of no bytes, one byte each, 16 in memory: two million are 32 MiB.
    func decode(_ count: Int) throws -> DeleteGroupsRequest {
      var bytes = [UInt8](repeating: 1, count: count + 5)
      let length = UInt32(count + 1)
      for index in 0..<4 {
        bytes[index] = UInt8(length >> (7 * index) & 0x7F) | (index < 3 ? 0x80 : 0)
      }
      bytes[count + 4] = 0
      return try DeleteGroupsRequest(decoding: ByteSlice(bytes[..<(count + 5)]), version: 2)
    }
    let most = Limits.messageArraysBytesMax / MemoryLayout<String>.stride
    #expect(try decode(most).groupsNames.count == most)
    let error = #expect(throws: WireError.self) { try decode(most + 1) }
    #expect(error?.fault == WireFault(kind: .memory, position: 4))
  }

  @Test func `a string that Kafka would not take is refused, in bytes or once it is UTF-8`() throws
  {
    func decode(_ text: [UInt8], version: Int16) throws -> FindCoordinatorRequest {
      let length: [UInt8] =
        version < 3
        ? [UInt8(text.count >> 8), UInt8(text.count & 0xFF)]
        : [UInt8((text.count + 1) & 0x7F | 0x80), UInt8((text.count + 1) >> 7 & 0x7F | 0x80), 2]
      let rest: [UInt8] = version < 3 ? [0] : [0, 0]
      return try FindCoordinatorRequest(
        decoding: ByteSlice(length + text + rest), version: version)
    }
    let longest = [UInt8](repeating: 0x61, count: 32_767)
    #expect(try decode(longest, version: 1).key.utf8.count == 32_767)
    #expect(try decode(longest + [], version: 3).key.utf8.count == 32_767)
    let long = #expect(throws: WireError.self) { try decode(longest + [0x61], version: 3) }
    #expect(long?.fault.kind == .longString)
    let broken = [UInt8](repeating: 0xFF, count: 20_000)
    for version in [Int16(1), 3] {
      let error = #expect(throws: WireError.self) { try decode(broken, version: version) }
      #expect(error?.fault.kind == .longString)
    }
  }

  @Test func `an error names the message, the version, the fault and the place`() {
    let error = #expect(throws: WireError.self) {
      try TopicRecord(decoding: ByteSlice([5, 0x61]), version: 0)
    }
    #expect(
      error?.description
        == "cannot decode TopicRecord version 0: the bytes end within a field, at byte 1")
    #expect(throws: WireError.self) { try TopicRecord(decoding: ByteSlice(), version: 1) }
  }
}
