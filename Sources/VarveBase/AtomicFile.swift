/// A small file that is replaced as a whole, and read as a whole: a checkpoint, say.
///
/// Whatever happens while it is replaced, a later start finds the old bytes or the new ones.
package struct AtomicFile {
  package let path: String
  private let files: any FileSystem
  private var temporaryPath: String { path + ".tmp" }

  package init(_ path: String, on files: any FileSystem) {
    self.path = path
    self.files = files
  }

  /// The bytes, or nil where the file is missing.
  package func read() throws(FileError) -> [UInt8]? {
    guard try files.kind(of: path) != nil else { return nil }
    return try files.open(path, .read).readAll()
  }

  /// Replaces the bytes, for good when this returns. When it throws, a reader finds the old ones
  /// or the new ones; the old ones, unless the last step failed.
  package func replace(with bytes: [UInt8]) throws(FileError) {
    let file = try files.open(temporaryPath, .create)
    // A crash may have left a longer one.
    try file.resize(to: 0)
    try file.write(ByteSlice(bytes).bytes, at: 0)
    // Before the rename: else the new name could come to stand for bytes that are not there.
    try file.sync()
    try files.rename(temporaryPath, to: path)
    try files.syncDirectory(parentDirectory(of: path) ?? ".")
  }
}
