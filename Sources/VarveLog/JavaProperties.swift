package import VarveBase

/// The text of a Java properties file: `key=value` lines, comments after `#` or `!`.
///
/// What Kafka's own files have is read; a value continued on the next line is refused.
package struct JavaProperties {
  package struct Property {
    package var key: String
    package var value: String
    package var line: Int
  }

  let file: String
  /// In the order of the file, those that a later one of the same key replaces among them.
  package let all: [Property]

  /// Throws `.corrupt`.
  package init(_ bytes: ByteSlice, file: String) throws(LogError) {
    self.file = file
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw LogError(.corrupt, "the file is no text", file: file)
    }
    var properties: [Property] = []
    // By scalars: a combining mark after a separator is the value's first character, as in Java.
    let lines = text.unicodeScalars.split(omittingEmptySubsequences: false) { $0 == "\n" }
    for (index, line) in lines.enumerated() {
      let content = line.drop(while: Self.isBlank)
      guard let first = content.first, first != "#", first != "!" else { continue }
      properties.append(try Self.property(content, line: index + 1, file: file))
    }
    all = properties
  }

  /// The last property with a key, which wins, as in Java.
  subscript(key: String) -> Property? { all.last { $0.key == key } }

  /// Throws `.corrupt` where the property is missing.
  func require(_ key: String) throws(LogError) -> Property {
    guard let property = self[key] else {
      throw LogError(.corrupt, "the property '\(key)' is missing", file: file)
    }
    return property
  }

  func corrupt(_ property: Property, _ reason: String) -> LogError {
    LogError(
      .corrupt, "\(property.key): '\(property.value)' is \(reason)", file: file,
      at: .line(property.line))
  }

  /// A value with what Java would take for something else escaped: the end of the line, and white
  /// space in front, among it.
  static func escaped(_ value: String) -> String {
    var text = value.unicodeScalars.first == " " ? "\\" : ""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case "\u{c}": text += "\\f"
      case "\\", ":", "=", "#", "!":
        text += "\\"
        fallthrough
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
  }

  private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
    scalar == " " || scalar == "\t" || scalar == "\r" || scalar == "\u{c}"
  }

  private static func property(
    _ content: Substring.UnicodeScalarView, line: Int, file: String
  ) throws(LogError) -> Property {
    var key = String.UnicodeScalarView()
    var rest = content
    while let scalar = rest.first, !isBlank(scalar), scalar != "=", scalar != ":" {
      key.append(try next(in: &rest, line: line, file: file))
    }
    rest = rest.drop(while: isBlank)
    if let separator = rest.first, separator == "=" || separator == ":" {
      rest = rest.dropFirst().drop(while: isBlank)
    }
    // The line ends as those of Windows do.
    if rest.last == "\r" { rest.removeLast() }
    var value = String.UnicodeScalarView()
    while !rest.isEmpty { value.append(try next(in: &rest, line: line, file: file)) }
    return Property(key: String(key), value: String(value), line: line)
  }

  /// Takes one scalar, escaped or not.
  private static func next(
    in rest: inout Substring.UnicodeScalarView, line: Int, file: String
  ) throws(LogError) -> Unicode.Scalar {
    let scalar = rest.removeFirst()
    guard scalar == "\\" else { return scalar }
    guard let escaped = rest.popFirst() else {
      throw LogError(.corrupt, "a value that goes on in the next line", file: file, at: .line(line))
    }
    switch escaped {
    case "t": return "\t"
    case "n": return "\n"
    case "r": return "\r"
    case "f": return "\u{c}"
    case "u":
      let digits = String(rest.prefix(4))
      guard digits.unicodeScalars.count == 4, let code = UInt16(digits, radix: 16),
        let scalar = Unicode.Scalar(code)
      else { throw LogError(.corrupt, "'\\u\(digits)'", file: file, at: .line(line)) }
      rest = rest.dropFirst(4)
      return scalar
    default: return escaped
    }
  }
}
