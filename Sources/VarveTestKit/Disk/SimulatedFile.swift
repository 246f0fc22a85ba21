internal import VarveBase

/// An open file of a simulated disk.
final class SimulatedFile: File {
  let path: String
  private let access: FileAccess
  private let number: Int
  private let fileSystem: SimulatedFileSystem

  init(_ path: String, _ access: FileAccess, _ fileSystem: SimulatedFileSystem) throws(FileError) {
    self.path = path
    self.access = access
    self.fileSystem = fileSystem
    number = try fileSystem.withDisk { (disk) throws(FileError) in try disk.open(path, access) }
  }

  deinit { fileSystem.withDisk { $0.close(number) } }

  func byteCount() throws(FileError) -> Int {
    try fileSystem.withDisk { (disk) throws(FileError) in try disk.byteCount(number, path) }
  }

  func read(_ count: Int, at position: Int) throws(FileError) -> [UInt8] {
    precondition(count >= 0 && position >= 0)
    return try fileSystem.withDisk { (disk) throws(FileError) in
      try disk.read(number, path, position..<position + count)
    }
  }

  func write(_ bytes: RawSpan, at position: Int) throws(FileError) {
    precondition(access != .read && position >= 0)
    try fileSystem.withDisk { (disk) throws(FileError) in
      try disk.write(number, path, bytes, at: position)
    }
  }

  func resize(to byteCount: Int) throws(FileError) {
    precondition(access != .read && byteCount >= 0)
    try fileSystem.withDisk { (disk) throws(FileError) in
      try disk.resize(number, path, to: byteCount)
    }
  }

  func allocate(to byteCount: Int) throws(FileError) {
    precondition(access != .read && byteCount >= 0)
    try fileSystem.withDisk { (disk) throws(FileError) in
      try disk.allocate(number, path, to: byteCount)
    }
  }

  func sync() throws(FileError) {
    try fileSystem.withDisk { (disk) throws(FileError) in try disk.sync(number, path) }
  }

  func map(_ byteCount: Int, writable: Bool) throws(FileError) -> FileMapping {
    precondition(byteCount > 0 && (!writable || access != .read))
    return try fileSystem.withDisk { (disk) throws(FileError) in
      try disk.map(number, path, byteCount)
    }
  }
}

/// Holds a simulated lock; the crash of its disk ends it as well.
final class SimulatedLock: FileLock {
  private let number: Int
  private let fileSystem: SimulatedFileSystem

  init(_ path: String, _ fileSystem: SimulatedFileSystem) throws(FileError) {
    self.fileSystem = fileSystem
    number = try fileSystem.withDisk { (disk) throws(FileError) in try disk.lock(path) }
  }

  deinit { fileSystem.withDisk { $0.unlock(number) } }
}
