package import VarveBase

/// The numbers of what a client pushed: gauges and sums of OpenTelemetry's `MetricsData`, each
/// series with its last value. Histograms and summaries are passed over: clients push none
/// (KIP-714).
package struct PushedMetrics: Equatable, Sendable {
  package struct Series: Hashable, Sendable {
    package let name: String
    /// `key=value`, sorted, with commas between.
    package let attributes: String

    package init(name: String, attributes: String) {
      self.name = name
      self.attributes = attributes
    }
  }

  /// What one client may have told of.
  package static let seriesMax = 200
  private static let nameBytesMax = 256

  package private(set) var values: [Series: Double] = [:]
  /// Series that were too many, or have too long a name.
  package private(set) var leftOut = 0

  package init() {}

  /// Throws where the bytes are not of the format.
  package init(_ data: ByteSlice) throws(ProtobufError) {
    // MetricsData.resource_metrics, ResourceMetrics.scope_metrics, ScopeMetrics.metrics.
    try Self.each(1, in: data) { resource throws(ProtobufError) in
      try Self.each(2, in: resource) { scope throws(ProtobufError) in
        try Self.each(2, in: scope) { metric throws(ProtobufError) in try add(metric: metric) }
      }
    }
  }

  /// Calls `body` with each message that is a field of this number.
  private static func each(
    _ number: UInt64, in message: ByteSlice,
    _ body: (ByteSlice) throws(ProtobufError) -> Void
  ) throws(ProtobufError) {
    var reader = ProtobufReader(message)
    while let field = try reader.next() {
      if field.number == number, case .bytes(let part) = field.value { try body(part) }
    }
  }

  private mutating func add(metric: ByteSlice) throws(ProtobufError) {
    var name = ByteSlice()
    // The name may come after the points.
    try Self.each(1, in: metric) { name = $0 }
    for kind in [5, 7] as [UInt64] {
      try Self.each(kind, in: metric) { data throws(ProtobufError) in
        try Self.each(1, in: data) { point throws(ProtobufError) in
          try add(point: point, of: name)
        }
      }
    }
  }

  private mutating func add(point: ByteSlice, of name: ByteSlice) throws(ProtobufError) {
    var value: Double?
    var attributes: [String] = []
    var byteCount = name.count
    var reader = ProtobufReader(point)
    while let field = try reader.next() {
      switch (field.number, field.value) {
      case (4, .fixed64(let bits)): value = Double(bitPattern: bits)
      case (6, .fixed64(let bits)): value = Double(Int64(bitPattern: bits))
      case (7, .bytes(let attribute)):
        byteCount += attribute.count
        if byteCount <= Self.nameBytesMax { attributes.append(try Self.text(of: attribute)) }
      default: break
      }
    }
    guard let value, value.isFinite else { return }
    let series = Series(
      name: name.count <= Self.nameBytesMax ? name.description : "",
      attributes: attributes.sorted().joined(separator: ","))
    guard byteCount <= Self.nameBytesMax, !series.name.isEmpty,
      values.count < Self.seriesMax || values[series] != nil
    else {
      leftOut += 1
      return
    }
    values[series] = value
  }

  /// An attribute as text: its key, and its value where that is a string or a number.
  private static func text(of attribute: ByteSlice) throws(ProtobufError) -> String {
    var (key, text) = ("", "")
    var reader = ProtobufReader(attribute)
    while let field = try reader.next() {
      guard case .bytes(let part) = field.value else { continue }
      if field.number == 1 { key = part.description }
      if field.number == 2 { text = try value(of: part) }
    }
    return "\(key)=\(text)"
  }

  private static func value(of value: ByteSlice) throws(ProtobufError) -> String {
    var text = ""
    var reader = ProtobufReader(value)
    while let field = try reader.next() {
      switch (field.number, field.value) {
      case (1, .bytes(let string)): text = string.description
      case (2, .varint(let bit)): text = bit == 0 ? "false" : "true"
      case (3, .varint(let bits)): text = "\(Int64(bitPattern: bits))"
      case (4, .fixed64(let bits)): text = "\(Double(bitPattern: bits))"
      default: break
      }
    }
    return text
  }
}
