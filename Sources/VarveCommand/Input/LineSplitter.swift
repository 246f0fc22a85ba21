import Varve

/// Takes a line apart into a record: time, key and value, each up to its separator.
struct LineSplitter {
  /// What stands between the time and the rest; nil where lines begin with no time.
  var timeSeparator: [UInt8]?
  /// What stands between key and value; nil where lines have no key.
  var keySeparator: [UInt8]?

  struct Parts {
    var time: Timestamp?
    var key: ArraySlice<UInt8>?
    var value: ArraySlice<UInt8>
  }

  /// Throws `CommandError` where a line lacks its time.
  func split(_ line: ArraySlice<UInt8>, number: Int) throws(CommandError) -> Parts {
    var parts = Parts(value: line)
    if let timeSeparator {
      guard let range = parts.value.firstRange(of: timeSeparator),
        let time = Timestamp(
          text: String(decoding: parts.value[..<range.lowerBound], as: UTF8.self))
      else {
        throw CommandError(
          "line \(number) does not begin with a time (milliseconds since 1970 or ISO 8601) and the "
            + "--time-separator")
      }
      parts.time = time
      parts.value = parts.value[range.upperBound...]
    }
    if let keySeparator, let range = parts.value.firstRange(of: keySeparator) {
      parts.key = parts.value[..<range.lowerBound]
      parts.value = parts.value[range.upperBound...]
    }
    return parts
  }
}

extension ArraySlice<UInt8> {
  /// Where `pattern`, which is not empty, stands first.
  fileprivate func firstRange(of pattern: [UInt8]) -> Range<Int>? {
    var position = startIndex
    while let found = self[position...].firstIndex(of: pattern[0]) {
      if self[found...].starts(with: pattern) { return found..<found + pattern.count }
      position = found + 1
    }
    return nil
  }
}
