package import VarveBase
internal import VarveLog

/// A file with bytes that nobody outside knows, made when they are first asked for.
///
/// They are the same for as long as the directory is there. Somebody who tries to log in under a
/// name that is no user's is answered from them: the answer would give the name away if it changed
/// with a start, as a user's does not.
package struct SecretFile {
  package static let name = "varve.secret"
  private static let byteCount = 64

  private let file: AtomicFile

  package init(in directory: String, on fileSystem: any FileSystem) {
    file = AtomicFile("\(directory)/\(Self.name)", on: fileSystem)
  }

  /// The bytes; nil where there is no file, or one that was cut short.
  package func read() throws(FileError) -> [UInt8]? {
    try file.read().flatMap { $0.count == Self.byteCount ? $0 : nil }
  }

  /// Puts new bytes in the place of those that cannot be used, for good.
  func make(using generator: inout some RandomNumberGenerator) throws(FileError) -> [UInt8] {
    let bytes = (0..<Self.byteCount).map { _ in UInt8.random(in: 0...255, using: &generator) }
    try file.replace(with: bytes)
    return bytes
  }
}

extension Broker {
  /// What answers about users that are none are made from. Throws what the disk said.
  package func decoySecret() throws(BrokerError) -> [UInt8] {
    let file = SecretFile(in: directory.path, on: directory.fileSystem)
    do throws(FileError) {
      if let secret = try file.read() { return secret }
      var generator = SystemRandomNumberGenerator()
      return try file.make(using: &generator)
    } catch { throw BrokerError(LogError(error)) }
  }
}
