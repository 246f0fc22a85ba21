/// The standard error, where everything goes that is not data.
enum StandardError {
  /// Writes a line; where that is not possible there is nobody to tell.
  static func write(_ message: String) {
    try? System.writeAll(Array("varve: \(message)\n".utf8), to: .error)
  }
}
