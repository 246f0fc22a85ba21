package import VarveBase
internal import VarveLog

/// A file of configs in the form of Kafka's `server.properties`: `name=value` lines, comments after
/// `#` or `!`.
package struct ServerProperties: Sendable {
  package struct Property: Hashable, Sendable {
    package let key: String
    package let value: String
    package let file: String
    package let line: Int
  }

  /// In the order of the file; the last of a name counts, as in Kafka.
  package let properties: [Property]

  /// Reads a file's text. Throws ``ConfigFileError``.
  package init(_ bytes: ByteSlice, file: String) throws(ConfigFileError) {
    let text: JavaProperties
    do { text = try JavaProperties(bytes, file: file) } catch {
      throw ConfigFileError(message: error.description)
    }
    properties = text.all.map {
      Property(key: $0.key, value: $0.value, file: file, line: $0.line)
    }
  }

  /// Reads a file. Throws ``ConfigFileError`` where there is none, too.
  package static func read(
    _ path: String, on fileSystem: any FileSystem = LocalFileSystem()
  ) throws(ConfigFileError) -> ServerProperties {
    let bytes: ByteSlice?
    do throws(LogError) { bytes = try fileSystem.readFile(path) } catch {
      throw ConfigFileError(message: error.description)
    }
    guard let bytes else { throw ConfigFileError(message: "there is no file \(path)") }
    return try ServerProperties(bytes, file: path)
  }
}

/// A file of configs that cannot be read.
package struct ConfigFileError: Error, CustomStringConvertible {
  /// What is wrong, with the file and the line.
  package let message: String

  package var description: String { message }
}
