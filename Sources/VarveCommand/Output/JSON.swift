/// A value to be printed as JSON (RFC 8259), with its members in the order given.
enum JSON {
  case string(String)
  case whole(Int64)
  case number(Double)
  case bool(Bool)
  case null
  indirect case array([JSON])
  indirect case object(KeyValuePairs<String, JSON>)
  /// An object whose members the program does not know by name.
  indirect case members([(name: String, value: JSON)])

  static func integer(_ value: some FixedWidthInteger) -> JSON {
    .whole(Int64(clamping: value))
  }

  /// One line, with its end.
  var line: String { text + "\n" }

  private var text: String {
    switch self {
    case .string(let value): Self.quoted(value)
    case .whole(let value): String(value)
    case .number(let value): value.isFinite ? String(value) : "null"
    case .bool(let value): String(value)
    case .null: "null"
    case .array(let values): "[" + values.map(\.text).joined(separator: ",") + "]"
    case .object(let members):
      Self.members(members.map { ($0.key, $0.value) }).text
    case .members(let members):
      "{" + members.map { Self.quoted($0.name) + ":" + $0.value.text }.joined(separator: ",") + "}"
    }
  }

  /// A string with its quotes. Only what must be escaped is.
  private static func quoted(_ value: String) -> String {
    var text = "\""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case "\u{0}"..<"\u{20}":
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text + "\""
  }
}
