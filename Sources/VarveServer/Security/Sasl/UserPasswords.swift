internal import VarveBase
internal import VarveSecurity

/// The users of PLAIN. Their passwords are not kept, only codes of them under a key that ends with
/// this process.
package struct UserPasswords: Sendable {
  private let key: [UInt8]
  private var codes: [String: [UInt8]] = [:]

  /// Nobody.
  package init() {
    var generator = SystemRandomNumberGenerator()
    key = generator.bytes(HashFunction.sha256.byteCount)
  }

  /// Reads lines of `USER:PASSWORD`: the password is all after the first colon. Empty lines and
  /// those that start with '#' say nothing.
  ///
  /// - Throws: `.security` for another line, with its number and not with what it says.
  package init(lines text: String) throws(NetworkError) {
    self.init()
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .enumerated() where !line.isEmpty && !line.hasPrefix("#")
    {
      guard let colon = line.firstIndex(of: ":"), colon > line.startIndex,
        line.index(after: colon) < line.endIndex
      else {
        throw NetworkError(.security, "line \(index + 1) of the passwords is not USER:PASSWORD")
      }
      let user = String(line[..<colon])
      guard codes[user] == nil else {
        throw NetworkError(
          .security, "line \(index + 1) of the passwords is about a user who has one already")
      }
      codes[user] = code(of: Array(line[line.index(after: colon)...].utf8))
    }
  }

  /// Reads a file of such lines.
  package init(file path: String) throws(NetworkError) {
    let bytes: [UInt8]
    do throws(FileError) {
      bytes = try LocalFileSystem().open(path, .read).readAll()
    } catch { throw NetworkError(.security, "the passwords cannot be read: \(error)") }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw NetworkError(.security, "the passwords in \(path) are not UTF-8")
    }
    do throws(NetworkError) { try self.init(lines: text) } catch {
      throw NetworkError(error.code, "\(error.message), in \(path)")
    }
  }

  /// Whether this is the user's password. It takes as long for a user who is not there.
  package func contains(_ user: String, password: [UInt8]) -> Bool {
    let given = code(of: password)
    // Compared with something all the same.
    let known = codes[user] ?? [UInt8](repeating: 0, count: given.count)
    let isEqual = HashFunction.areEqual(given, known)
    return isEqual && codes[user] != nil
  }

  private func code(of password: [UInt8]) -> [UInt8] {
    HashFunction.sha256.mac(of: password, key: key)
  }
}
