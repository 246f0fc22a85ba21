package import VarveBase

/// The name of a file of a partition that belongs to a segment or to an offset:
/// the offset in 20 digits, then what the file is, then the state it is in.
///
///     00000000000000009136.timeindex
///     00000000000000009136.log.swap
package struct SegmentFileName: Hashable, Sendable, CustomStringConvertible {
  package enum Kind: String, Sendable, CaseIterable {
    case log
    case offsetIndex = "index"
    case timeIndex = "timeindex"
    case transactionIndex = "txnindex"
    /// Producer state up to the offset, which need not be a segment's first.
    case snapshot
  }

  /// What a suffix behind the kind says. Kafka's crash recovery depends on the difference.
  package enum State: String, Sendable, CaseIterable {
    case live = ""
    /// To be removed; nothing needs it.
    case deleted
    /// A rewrite that may be incomplete: removed when found at start.
    case cleaned
    /// A complete rewrite that is about to replace the files of the same name: finished when found.
    case swap
  }

  package var baseOffset: Offset
  package var kind: Kind
  package var state: State

  /// `baseOffset` must not be negative.
  package init(_ baseOffset: Offset, _ kind: Kind, _ state: State = .live) {
    precondition(baseOffset >= 0)
    self.baseOffset = baseOffset
    self.kind = kind
    self.state = state
  }

  /// Reads a file's name; nil where it is not such a name, and so none of the log's business.
  package init?(_ name: String) {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2 || parts.count == 3, let offset = Self.offset(parts[0]),
      let kind = Kind(rawValue: String(parts[1]))
    else { return nil }
    var state = State.live
    if parts.count == 3 {
      guard !parts[2].isEmpty, let suffix = State(rawValue: String(parts[2])) else { return nil }
      state = suffix
    }
    self.init(offset, kind, state)
  }

  package var description: String {
    let digits = baseOffset.description
    let padding = String(repeating: "0", count: max(0, 20 - digits.utf8.count))
    let suffix = state == .live ? "" : "." + state.rawValue
    return "\(padding)\(digits).\(kind.rawValue)\(suffix)"
  }

  /// The path of the file in a partition's directory.
  package func path(in directory: String) -> String { "\(directory)/\(self)" }

  /// The same file in another state.
  package func with(_ state: State) -> SegmentFileName {
    SegmentFileName(baseOffset, kind, state)
  }

  private static func offset(_ digits: Substring) -> Offset? {
    guard digits.utf8.count == 20,
      digits.utf8.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }),
      let value = Int64(digits)
    else { return nil }
    return Offset(value)
  }
}
