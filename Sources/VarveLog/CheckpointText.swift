internal import VarveBase

/// Kafka's text checkpoints: a line with the version, 0, a line with the number of entries, then a
/// line for each, fields separated by blanks.
///
/// Read strictly: a file that says something else is an error that names the line, never guessed
/// at.
struct CheckpointText {
  static let version = 0

  let file: String
  /// The entries' lines, each with its number in the file, counted from 1.
  let entries: [(line: Int, fields: [Substring])]

  /// Throws `.corrupt`, `.unsupportedVersion`.
  init(_ bytes: ByteSlice, fieldCount: Int, file: String) throws(LogError) {
    self.file = file
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw LogError(.corrupt, "the file is no text", file: file)
    }
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    // The last line ends with a line break as well, which starts no further one.
    if lines.last?.isEmpty == true { lines.removeLast() }
    try Self.checkVersion(lines.first, file: file)
    guard lines.count > 1, let count = Int(lines[1]), count >= 0 else {
      throw LogError(.corrupt, "the number of entries is missing", file: file, at: .line(2))
    }
    guard lines.count - 2 == count else {
      throw LogError(
        .corrupt, "\(count) entries announced, \(lines.count - 2) found", file: file, at: .line(2))
    }
    var entries: [(line: Int, fields: [Substring])] = []
    entries.reserveCapacity(count)
    for (index, line) in lines.dropFirst(2).enumerated() {
      let fields = line.split { $0 == " " || $0 == "\t" || $0 == "\r" }
      guard fields.count == fieldCount else {
        throw LogError(
          .corrupt, "\(fieldCount) fields expected in '\(line)'", file: file, at: .line(index + 3))
      }
      entries.append((index + 3, fields))
    }
    self.entries = entries
  }

  /// The text of a checkpoint.
  static func encode(_ lines: [String]) -> [UInt8] {
    var text = "\(version)\n\(lines.count)\n"
    for line in lines { text += line + "\n" }
    return Array(text.utf8)
  }

  /// The error for a field that can't be read.
  func corrupt(_ field: Substring, line: Int, _ reason: String) -> LogError {
    LogError(.corrupt, "'\(field)' is \(reason)", file: file, at: .line(line))
  }

  /// A number that is not negative.
  func offset(_ field: Substring, line: Int) throws(LogError) -> Offset {
    guard let value = Int64(field), value >= 0 else {
      throw corrupt(field, line: line, "no offset")
    }
    return Offset(value)
  }

  private static func checkVersion(_ line: Substring?, file: String) throws(LogError) {
    guard let line, let found = Int(line) else {
      throw LogError(.corrupt, "the version is missing", file: file, at: .line(1))
    }
    guard found == version else {
      throw LogError(
        .unsupportedVersion, "a checkpoint of version \(found); only \(version) is known",
        file: file, at: .line(1))
    }
  }
}
