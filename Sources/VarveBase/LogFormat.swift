extension LogEntry {
  /// A line for people: `2026-11-24T09:15:00.000Z info varve: opened path=/var/lib/varve`.
  /// Whatever is in the message, it stays one line.
  public var text: String {
    let details = metadata.map { " \($0.key.rawValue)=\(quotedIfNeeded($0.value))" }.joined()
    return "\(time.text) \(level.rawValue) \(label): \(escaped(message))\(details)"
  }

  /// A line for machines: a JSON object (RFC 8259) of strings.
  public var json: String {
    let fields =
      [
        ("time", time.text), ("level", level.rawValue), ("label", label), ("message", message),
      ] + metadata.map { ($0.key.rawValue, $0.value) }
    return "{" + fields.map { "\"\($0.0)\":\"\(escaped($0.1))\"" }.joined(separator: ",") + "}"
  }
}

private func quotedIfNeeded(_ value: String) -> String {
  let escaped = escaped(value)
  let isPlain = escaped == value && !value.isEmpty && !value.contains { " =".contains($0) }
  return isPlain ? value : "\"\(escaped)\""
}

/// As a JSON string has it, without the quotes.
private func escaped(_ text: String) -> String {
  var result = ""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": result += "\\\""
    case "\\": result += "\\\\"
    case "\n": result += "\\n"
    case "\r": result += "\\r"
    case "\t": result += "\\t"
    // The rest of the control characters, and two that some readers take for the end of a line.
    case "\u{0}"..<" ", "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}":
      let digits = String(scalar.value, radix: 16)
      result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    default: result.unicodeScalars.append(scalar)
    }
  }
  return result
}
