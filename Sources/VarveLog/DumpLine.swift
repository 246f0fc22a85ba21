/// A line of a file in words.
package enum DumpLine {
  /// What is said of the file.
  case remark(String)
  /// A batch, a record, or an entry of an index or snapshot.
  case entry(DumpEntry)

  /// As Kafka's tool prints it, with the line's end.
  package var text: String {
    switch self {
    case .remark(let text): text + "\n"
    case .entry(let entry): entry.text + "\n"
    }
  }
}

/// What a file has at one place, by the names that Kafka's tool gives its parts.
package struct DumpEntry {
  package enum Value {
    case whole(Int64)
    case flag(Bool)
    case text(String)
    /// Of text from clients: anything may stand in it.
    case texts([String])
    case optional(Int64?)

    static func integer(_ value: some FixedWidthInteger) -> Value { .whole(Int64(value)) }

    fileprivate var text: String {
      switch self {
      case .whole(let value): "\(value)"
      case .flag(let value): "\(value)"
      case .text(let value): value
      case .texts(let values): "[\(values.joined(separator: ","))]"
      // As Java prints an `OptionalLong`.
      case .optional(let value): value.map { "OptionalLong[\($0)]" } ?? "OptionalLong.empty"
      }
    }
  }

  /// Whether it is a record, which stands below its batch.
  package let isRecord: Bool
  package private(set) var fields: [(name: String, value: Value)] = []
  /// Kafka's tool leaves a space where it has nothing more to say of a producer.
  var endsInSpace = false

  init(isRecord: Bool = false) { self.isRecord = isRecord }

  mutating func add(_ name: String, _ value: Value) { fields.append((name, value)) }

  fileprivate var text: String {
    (isRecord ? "| " : "") + fields.map { "\($0.name): \($0.value.text)" }.joined(separator: " ")
      + (endsInSpace ? " " : "")
  }
}
