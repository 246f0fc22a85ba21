/// The standard error, where everything goes that is not data.
enum StandardError {
  /// Writes a line; where that is not possible there is nobody to tell.
  static func write(_ message: String) { writeLine("varve: \(message)") }

  /// The same, without the program's name.
  static func writeLine(_ line: String) {
    try? System.writeAll(Array("\(line)\n".utf8), to: .error)
  }
}
