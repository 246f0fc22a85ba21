package import VarveBase

/// Names the partition of the records that a record of `__varve_trace` tells of.
package struct TraceKey: WireMessage, Equatable {
  package static let api = API(0, versions: 0...0)

  package var topicID = TopicID.zero
  package var partition: Int32 = 0

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&topicID)
    wire.code(&partition)
  }
}

/// What happened to records of a partition in a share group, at the time of the record.
package struct TraceValue: WireMessage, Equatable {
  package static let api = API(0, versions: 0...0, flexibleSince: 0)

  package var groupID = ""
  package var events: [TraceEvent] = []

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&groupID)
    wire.code(&events)
    wire.tags { _ in }
  }
}

/// Something that happened to all records of a range.
package struct TraceEvent: WireStruct, Hashable, Sendable {
  package var firstOffset: Offset = 0
  package var lastOffset: Offset = 0
  /// As the coordinator of share groups numbers them.
  package var kind: Int8 = 0
  /// Whose doing it was; empty where it was nobody's.
  package var memberID = ""
  package var deliveryCount: Int16 = 0
  /// Until when, in milliseconds since 1970; 0 where that says nothing.
  package var until: Int64 = 0
  /// Why, or where to; empty where that says nothing.
  package var text = ""

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&firstOffset)
    wire.code(&lastOffset)
    wire.code(&kind)
    wire.tags { wire in
      wire.code(&memberID, tag: 0, unless: "")
      wire.code(&deliveryCount, tag: 1, unless: 0)
      wire.code(&until, tag: 2, unless: 0)
      wire.code(&text, tag: 3, unless: "")
    }
  }
}

/// A record of `__varve_trace`, a topic of Varve's own.
package struct TraceRecord: CoordinatorRecord {
  package let key: TraceKey
  package let value: TraceValue

  package init(_ key: TraceKey, _ value: TraceValue) {
    self.key = key
    self.value = value
  }

  package init?(key: RawSpan, value: RawSpan?) throws(WireError) {
    let frame = try RecordFrame(key: key, value: value, of: "trace record")
    guard frame.type == 0, let value: TraceValue = try frame.value() else { return nil }
    self.init(try frame.key(), value)
  }

  package var encoded: (key: ByteSlice, value: ByteSlice?) {
    RecordFrame.encode(key, value, version: 0)
  }
}
