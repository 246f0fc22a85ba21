import VarveBase
import VarveTestKit

/// A disk that says "synced" and does nothing, in one of the ways that a program can forget to.
/// It is planted to see that the check of crashes can fail.
struct LyingFileSystem: FileSystem {
  enum Lie: CaseIterable {
    /// An append is acknowledged before its bytes are on the disk.
    case files
    /// A new segment's name is not made durable.
    case directories
    /// The flusher's call for many logs at once does nothing.
    case everythingBelow
    /// Nor does its syncs of the commit journals.
    case journal
  }

  let disk: SimulatedFileSystem
  let lie: Lie

  func createDirectory(_ path: String) throws(FileError) { try disk.createDirectory(path) }

  func contents(ofDirectory path: String) throws(FileError) -> [String] {
    try disk.contents(ofDirectory: path)
  }

  func open(_ path: String, _ access: FileAccess) throws(FileError) -> any File {
    let file = try disk.open(path, access)
    let isLying = lie == .files || lie == .journal && path.contains("/commit-journal.")
    return isLying ? LyingFile(file) : file
  }

  func kind(of path: String) throws(FileError) -> FileKind? { try disk.kind(of: path) }

  func rename(_ path: String, to newPath: String) throws(FileError) {
    try disk.rename(path, to: newPath)
  }

  func remove(_ path: String) throws(FileError) { try disk.remove(path) }

  func removeDirectory(_ path: String) throws(FileError) { try disk.removeDirectory(path) }

  func syncDirectory(_ path: String) throws(FileError) {
    if lie != .directories { try disk.syncDirectory(path) }
  }

  func syncAll(below path: String) throws(FileError) {
    if lie != .everythingBelow { try disk.syncAll(below: path) }
  }

  func volume(below path: String) -> any Volume { PathVolume(disk: self, path: path) }

  func space(at path: String) throws(FileError) -> VolumeSpace { try disk.space(at: path) }

  func lock(_ path: String) throws(FileError) -> any FileLock { try disk.lock(path) }
}

private final class LyingFile: File {
  private let file: any File

  init(_ file: any File) { self.file = file }

  var path: String { file.path }

  func byteCount() throws(FileError) -> Int { try file.byteCount() }

  func read(_ count: Int, at position: Int) throws(FileError) -> [UInt8] {
    try file.read(count, at: position)
  }

  func write(_ bytes: RawSpan, at position: Int) throws(FileError) {
    try file.write(bytes, at: position)
  }

  func resize(to byteCount: Int) throws(FileError) { try file.resize(to: byteCount) }

  func allocate(to byteCount: Int) throws(FileError) { try file.allocate(to: byteCount) }

  func sync() {}

  func map(_ byteCount: Int, writable: Bool) throws(FileError) -> FileMapping {
    try file.map(byteCount, writable: writable)
  }
}
