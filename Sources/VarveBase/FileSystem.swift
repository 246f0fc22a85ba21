/// The disk as the log sees it: the real one (`LocalFileSystem`) or one in memory that can crash
/// (`SimulatedFileSystem`). Paths are absolute or relative to the working directory.
package protocol FileSystem: Sendable {
  /// Creates a directory and those above it; one that exists already is left as it is.
  func createDirectory(_ path: String) throws(FileError)

  /// The names in a directory, sorted, without `.` and `..`.
  func contents(ofDirectory path: String) throws(FileError) -> [String]

  /// Opens a file; `.create` makes it where it is missing and keeps the bytes of one that exists.
  func open(_ path: String, _ access: FileAccess) throws(FileError) -> any File

  /// What stands at a path, or nil where nothing does.
  func kind(of path: String) throws(FileError) -> FileKind?

  /// Renames a file or directory, replacing a file that has the new name, in one step.
  func rename(_ path: String, to newPath: String) throws(FileError)

  /// Removes a file. Those that hold it open or mapped keep its bytes.
  func remove(_ path: String) throws(FileError)

  /// Removes a directory with all that is in it.
  func removeDirectory(_ path: String) throws(FileError)

  /// Makes the names in a directory durable: files created, renamed and removed there.
  func syncDirectory(_ path: String) throws(FileError)

  /// Makes all that was written below a path durable, in one call however many files it is.
  func syncAll(below path: String) throws(FileError)

  /// The volume of a directory, to make all that was written below it durable again and again.
  func volume(below path: String) throws(FileError) -> any Volume

  /// The size of the volume that has a path, and what may still be written to it.
  func space(at path: String) throws(FileError) -> VolumeSpace

  /// Takes the exclusive lock that `path` stands for, creating the file where it is missing.
  /// Throws `.locked` while another holder has it, in this process or another. Released when the
  /// returned object is let go.
  func lock(_ path: String) throws(FileError) -> any FileLock
}

/// `create` reads and writes too. Writing to a file opened to `read` traps.
package enum FileAccess: Sendable { case read, readWrite, create }

package enum FileKind: Sendable { case file, directory }

/// How large a volume is.
package struct VolumeSpace: Equatable, Sendable {
  package var totalBytes: Int
  /// What a user without privileges may still write.
  package var availableBytes: Int

  package init(totalBytes: Int, availableBytes: Int) {
    self.totalBytes = totalBytes
    self.availableBytes = availableBytes
  }
}

/// Where a directory is, held open.
package protocol Volume: Sendable {
  /// Makes all that was written below the directory durable. Throws for what could not be written
  /// since the volume was opened, whoever else has been told of that.
  func syncAll() throws(FileError)
}

/// Holds a lock for as long as it lives.
package protocol FileLock: AnyObject, Sendable {}

/// An open file. All of it may be called from any thread.
package protocol File: AnyObject, Sendable {
  var path: String { get }

  func byteCount() throws(FileError) -> Int

  /// Reads up to `count` bytes from `position`; fewer at the end of the file.
  func read(_ count: Int, at position: Int) throws(FileError) -> [UInt8]

  func write(_ bytes: RawSpan, at position: Int) throws(FileError)

  /// Cuts the file, or lengthens it with a hole.
  func resize(to byteCount: Int) throws(FileError)

  /// Grows the file to `byteCount` with blocks reserved on the disk and reading as zero, so that
  /// storing to them through a mapping cannot fail. Throws `.noSpace` and changes nothing where
  /// they can't be had.
  func allocate(to byteCount: Int) throws(FileError)

  /// Makes the bytes and the size durable, those stored through mappings too.
  ///
  /// After a failure the file is not to be trusted: the system may have dropped what it could not
  /// write, and the next call may succeed without it.
  func sync() throws(FileError)

  /// Maps the first `byteCount` bytes (at least one), which may lie past the end of the file; only
  /// those within it may be touched. The mapping outlives this object, and the file's name.
  func map(_ byteCount: Int, writable: Bool) throws(FileError) -> FileMapping
}

extension File {
  package func readAll() throws(FileError) -> [UInt8] { try read(byteCount(), at: 0) }
}
