/// Reads JSON, strictly: what two readers could take for different things is refused. So a name
/// that stands twice in an object is an error, and a number that is none of `Double`.
package struct JSONReader {
  /// What is wrong, and at which byte.
  package struct Fault: Error, Equatable, CustomStringConvertible {
    package let reason: String
    package let position: Int

    package var description: String { "\(reason) at byte \(position)" }
  }

  /// Arrays and objects in each other: more would only be there to fill our stack.
  private static let depthMax = 16

  let bytes: [UInt8]
  var position = 0
  private var depth = 0

  private init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// The value that `bytes` are the text of, in UTF-8 without a byte-order mark.
  package static func value(of bytes: [UInt8]) throws(Fault) -> JSONValue {
    var reader = JSONReader(bytes)
    reader.skipSpace()
    let value = try reader.value()
    guard reader.position == bytes.count else { throw reader.fault("more comes after the value") }
    return value
  }

  func fault(_ reason: String) -> Fault { Fault(reason: reason, position: position) }

  var next: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let next, [0x20, 0x09, 0x0A, 0x0D].contains(next) { position += 1 }
  }

  /// Takes a byte if it is the next, and the space after it.
  private mutating func take(_ letter: Unicode.Scalar) -> Bool {
    guard next == UInt8(ascii: letter) else { return false }
    position += 1
    skipSpace()
    return true
  }

  /// A value, and the space after it.
  private mutating func value() throws(Fault) -> JSONValue {
    defer { skipSpace() }
    switch next {
    case UInt8(ascii: "{"): return .object(try object())
    case UInt8(ascii: "["): return .array(try array())
    case UInt8(ascii: "\""): return .text(try text())
    case UInt8(ascii: "t"): return try word("true", .boolean(true))
    case UInt8(ascii: "f"): return try word("false", .boolean(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return .number(try number())
    }
  }

  private mutating func word(_ word: String, _ value: JSONValue) throws(Fault) -> JSONValue {
    guard bytes[position...].starts(with: word.utf8) else { throw fault("there is no value") }
    position += word.utf8.count
    return value
  }

  private mutating func enter() throws(Fault) {
    depth += 1
    guard depth <= Self.depthMax else { throw fault("too many arrays or objects in each other") }
  }

  private mutating func array() throws(Fault) -> [JSONValue] {
    try enter()
    defer { depth -= 1 }
    _ = take("[")
    var elements: [JSONValue] = []
    if take("]") { return elements }
    repeat { elements.append(try value()) } while take(",")
    guard take("]") else { throw fault("an array does not end") }
    return elements
  }

  private mutating func object() throws(Fault) -> [String: JSONValue] {
    try enter()
    defer { depth -= 1 }
    _ = take("{")
    var members: [String: JSONValue] = [:]
    if take("}") { return members }
    repeat {
      guard next == UInt8(ascii: "\"") else { throw fault("a member has no name") }
      let name = try text()
      skipSpace()
      guard take(":") else { throw fault("a member has no value") }
      guard members.updateValue(try value(), forKey: name) == nil else {
        throw fault("a name stands twice in an object")
      }
    } while take(",")
    guard take("}") else { throw fault("an object does not end") }
    return members
  }

  private mutating func number() throws(Fault) -> Double {
    let start = position
    if next == UInt8(ascii: "-") { position += 1 }
    let isZero = next == UInt8(ascii: "0")
    let digits = skipDigits()
    guard digits > 0 else { throw fault("there is no value") }
    guard !isZero || digits == 1 else { throw fault("a number begins with 0") }
    if next == UInt8(ascii: ".") {
      position += 1
      guard skipDigits() > 0 else { throw fault("a number ends with its point") }
    }
    if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
      position += 1
      if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { position += 1 }
      guard skipDigits() > 0 else { throw fault("a number has no exponent") }
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    guard let number = Double(text), number.isFinite else { throw fault("a number is too large") }
    return number
  }

  private mutating func skipDigits() -> Int {
    let start = position
    while let next, (0x30...0x39).contains(next) { position += 1 }
    return position - start
  }
}
