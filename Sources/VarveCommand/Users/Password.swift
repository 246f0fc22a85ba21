#if Serve
  #if canImport(Darwin)
    import Darwin
  #elseif canImport(Musl)
    import Musl
  #else
    import Glibc
  #endif

  /// A password that is given to a command: never as one of its words, which others can see.
  enum Password {
    /// The first line of a file, or of the standard input. At a terminal it is asked for, and not
    /// shown.
    static func read(_ path: String?) throws -> String {
      let line = try path.map(fromFile) ?? (isatty(0) == 1 ? fromTerminal() : fromInput(0))
      guard let password = String(validating: line, as: UTF8.self) else {
        throw CommandError("the password is not UTF-8")
      }
      guard !password.isEmpty else { throw CommandError("the password is empty") }
      return password
    }

    private static func fromFile(_ path: String) throws -> [UInt8] {
      let descriptor = try System.openFile(path)
      defer { System.close(descriptor) }
      return try fromInput(descriptor)
    }

    private static func fromInput(_ descriptor: Int32) throws -> [UInt8] {
      var lines = LineReader(descriptor)
      var line = Array(try lines.next() ?? [])
      if line.last == UInt8(ascii: "\r") { line.removeLast() }
      return line
    }

    private static func fromTerminal() throws -> [UInt8] {
      guard let text = getpass("Password: ") else {
        throw CommandError("no password was typed")
      }
      return Array(String(cString: text).utf8)
    }
  }
#endif
