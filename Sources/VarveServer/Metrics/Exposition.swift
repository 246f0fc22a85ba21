/// Metrics as text, in Prometheus' exposition format 0.0.4.
package struct Exposition {
  package enum Kind: String, Sendable { case counter, gauge, histogram }

  package typealias Labels = KeyValuePairs<String, String>

  static let contentType = "text/plain; version=0.0.4; charset=utf-8"

  package private(set) var text = ""

  package init() {}

  /// Begins a metric, whose samples come next.
  package mutating func begin(_ name: String, _ kind: Kind, _ help: String) {
    text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
  }

  package mutating func add(_ name: String, _ value: some BinaryInteger) {
    line(name, [:], "\(value)")
  }

  package mutating func add(_ name: String, _ labels: Labels, _ value: some BinaryInteger) {
    line(name, labels, "\(value)")
  }

  mutating func add(_ name: String, _ labels: Labels, _ value: Double) {
    line(name, labels, value == .infinity ? "+Inf" : "\(value)")
  }

  private mutating func line(_ name: String, _ labels: Labels, _ value: String) {
    text += name
    if !labels.isEmpty {
      text += "{"
      text += labels.map { "\($0.key)=\"\(Self.escaped($0.value))\"" }.joined(separator: ",")
      text += "}"
    }
    text += " \(value)\n"
  }

  private static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": result += "\\\\"
      case "\"": result += "\\\""
      case "\n": result += "\\n"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
