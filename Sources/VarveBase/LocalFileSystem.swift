internal import CVarve

#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif

/// The operating system's files.
package struct LocalFileSystem: FileSystem {
  package init() {}

  package func createDirectory(_ path: String) throws(FileError) {
    do {
      _ = try systemCall("mkdir", path) { unsafe mkdir(path, 0o755) }
    } catch {
      switch error.code {
      case .notFound:
        guard let parent = parentDirectory(of: path) else { throw error }
        try createDirectory(parent)
        try createDirectory(path)
      // A read-only file system says so even about a directory that exists.
      case .exists, .readOnly, .permission, .isDirectory:
        guard try kind(of: path) == .directory else { throw error }
      default: throw error
      }
    }
  }

  package func contents(ofDirectory path: String) throws(FileError) -> [String] {
    // Not `fdopendir`: it would take over a descriptor that ours closes.
    guard let directory = unsafe opendir(path) else {
      throw FileError(operation: "opendir", path: path, errno: errno)
    }
    defer { _ = unsafe closedir(directory) }
    var names: [String] = []
    // The end and a failure both answer nil; only a failure sets `errno`.
    errno = 0
    while let entry = unsafe readdir(directory) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { name in
        unsafe String(cString: UnsafeRawPointer(name).assumingMemoryBound(to: CChar.self))
      }
      if name != "." && name != ".." { names.append(name) }
      errno = 0
    }
    guard errno == 0 else { throw FileError(operation: "readdir", path: path, errno: errno) }
    return names.sorted()
  }

  package func open(_ path: String, _ access: FileAccess) throws(FileError) -> any File {
    try LocalFile(path, access)
  }

  package func kind(of path: String) throws(FileError) -> FileKind? {
    var status = stat()
    do {
      _ = try systemCall("stat", path) { unsafe stat(path, &status) }
    } catch {
      if error.code == .notFound || error.code == .notADirectory { return nil }
      throw error
    }
    return status.st_mode & S_IFMT == S_IFDIR ? .directory : .file
  }

  package func rename(_ path: String, to newPath: String) throws(FileError) {
    _ = try systemCall("rename", path) { Self.renameFile(path, newPath) }
  }

  package func remove(_ path: String) throws(FileError) {
    _ = try systemCall("unlink", path) { unsafe unlink(path) }
  }

  package func removeDirectory(_ path: String) throws(FileError) {
    for name in try contents(ofDirectory: path) {
      let child = path + "/" + name
      // A link to a directory is removed itself, not what it leads to.
      if try isDirectoryItself(child) { try removeDirectory(child) } else { try remove(child) }
    }
    _ = try systemCall("rmdir", path) { unsafe rmdir(path) }
  }

  package func syncDirectory(_ path: String) throws(FileError) {
    let directory = try FileDescriptor(opening: path, O_RDONLY | O_DIRECTORY)
    _ = try systemCall("fsync", path) { fsync(directory.number) }
  }

  package func syncAll(below path: String) throws(FileError) {
    try volume(below: path).syncAll()
  }

  package func volume(below path: String) throws(FileError) -> any Volume {
    LocalVolume(try FileDescriptor(opening: path, O_RDONLY | O_DIRECTORY), path)
  }

  package func space(at path: String) throws(FileError) -> VolumeSpace {
    var status = statvfs()
    _ = try systemCall("statvfs", path) { unsafe statvfs(path, &status) }
    let blockBytes = UInt64(status.f_frsize)
    return VolumeSpace(
      totalBytes: Int(clamping: UInt64(status.f_blocks) * blockBytes),
      availableBytes: Int(clamping: UInt64(status.f_bavail) * blockBytes))
  }

  package func lock(_ path: String) throws(FileError) -> any FileLock {
    try LocalFileLock(path)
  }

  private func isDirectoryItself(_ path: String) throws(FileError) -> Bool {
    var status = stat()
    _ = try systemCall("lstat", path) { unsafe lstat(path, &status) }
    return status.st_mode & S_IFMT == S_IFDIR
  }

  /// The C function, which a method of this type hides.
  private static func renameFile(_ path: String, _ newPath: String) -> Int32 {
    #if canImport(Darwin)
      unsafe Darwin.rename(path, newPath)
    #else
      unsafe Glibc.rename(path, newPath)
    #endif
  }
}

/// The exclusive lock of flock(2): it belongs to the open file, so that a second holder in this
/// process is refused too, and it ends with the process however that ends.
private final class LocalFileLock: FileLock {
  private let descriptor: FileDescriptor

  init(_ path: String) throws(FileError) {
    descriptor = try FileDescriptor(opening: path, O_RDWR | O_CREAT)
    _ = try systemCall("flock", path) { flock(descriptor.number, LOCK_EX | LOCK_NB) }
  }
}
