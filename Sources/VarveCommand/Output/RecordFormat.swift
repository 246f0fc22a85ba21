import Varve

/// How a record is printed: text with tokens, as `kcat -f` has them.
struct RecordFormat {
  enum Piece: Equatable {
    case text([UInt8])
    case value, valueCount, valueCountBinary
    case key, keyCount
    case timestamp, partition, offset, headers, topic
  }

  static let help = """
    Tokens of a format:
      %s %v  value              %k  key              %T  time, milliseconds since 1970
      %S     value's length     %K  key's length     %h  headers, NAME=VALUE,NAME=VALUE
      %R     as %S, four bytes, big-endian           %%  a per cent sign
      %t     topic              %p  partition        %o  offset
    Escapes: \\n \\r \\t, \\xNN (hexadecimal), \\NNN (decimal, or octal after a 0), \\\\.
    What a record does not have prints nothing; the length of it is -1.
    """

  let pieces: [Piece]

  /// Throws `UsageError` for a token that there is not.
  init(_ text: String) throws(UsageError) {
    var pieces: [Piece] = []
    var rest = text[...]
    while let percent = rest.firstIndex(of: "%") {
      Self.add(rest[..<percent], to: &pieces)
      rest = rest[percent...].dropFirst()
      guard let letter = rest.popFirst() else {
        throw UsageError("--format ends in the middle of a token: %% prints a per cent sign")
      }
      pieces.append(try Self.piece(letter))
    }
    Self.add(rest, to: &pieces)
    self.pieces = pieces
  }

  private static func add(_ text: Substring, to pieces: inout [Piece]) {
    if !text.isEmpty { pieces.append(.text(unescaped(text))) }
  }

  private static func piece(_ letter: Character) throws(UsageError) -> Piece {
    switch letter {
    case "s", "v": .value
    case "S": .valueCount
    case "R": .valueCountBinary
    case "k": .key
    case "K": .keyCount
    case "T": .timestamp
    case "p": .partition
    case "o": .offset
    case "h": .headers
    case "t": .topic
    case "%": .text([UInt8(ascii: "%")])
    default: throw UsageError("--format has no token %\(letter): see 'varve topic consume --help'")
    }
  }

  func write(_ record: Record, of source: TopicPartition, to output: StandardOutput) throws {
    for piece in pieces {
      switch piece {
      case .text(let bytes): try output.write(bytes)
      case .value: if let value = record.value { try output.write(value) }
      case .valueCount: try output.write("\(record.value?.count ?? -1)")
      case .valueCountBinary:
        let count = Int32(truncatingIfNeeded: record.value?.count ?? -1).bigEndian
        try withUnsafeBytes(of: count) { try output.write($0) }
      case .key: if let key = record.key { try output.write(key) }
      case .keyCount: try output.write("\(record.key?.count ?? -1)")
      case .timestamp: try output.write("\(record.timestamp)")
      case .partition: try output.write("\(source.partition)")
      case .offset: try output.write("\(record.offset)")
      case .headers: try write(record.headers, to: output)
      case .topic: try output.write("\(source.topic)")
      }
    }
  }

  private func write(_ headers: [Header], to output: StandardOutput) throws {
    for (index, header) in headers.enumerated() {
      if index > 0 { try output.write(",") }
      try output.write(header.name)
      try output.write("=")
      if let value = header.value { try output.write(value) }
    }
  }
}
