internal import CVarve

#if canImport(Darwin)
  internal import Darwin
#else
  internal import Glibc
#endif

/// A file of the operating system.
final class LocalFile: File {
  let path: String
  private let access: FileAccess
  private let descriptor: FileDescriptor

  init(_ path: String, _ access: FileAccess) throws(FileError) {
    let flags =
      switch access {
      case .read: O_RDONLY
      case .readWrite: O_RDWR
      case .create: O_RDWR | O_CREAT
      }
    self.path = path
    self.access = access
    descriptor = try FileDescriptor(opening: path, flags)
    // A directory opens for reading, and would fail only at the first read.
    if access == .read, try status().st_mode & S_IFMT == S_IFDIR {
      throw FileError(operation: "open", path: path, errno: EISDIR)
    }
  }

  private func status() throws(FileError) -> stat {
    var status = stat()
    _ = try systemCall("fstat", path) { unsafe fstat(descriptor.number, &status) }
    return status
  }

  func byteCount() throws(FileError) -> Int { Int(try status().st_size) }

  func read(_ count: Int, at position: Int) throws(FileError) -> [UInt8] {
    precondition(count >= 0 && position >= 0)
    var bytes = [UInt8](repeating: 0, count: count)
    var filled = 0
    while filled < count {
      let step = try systemCall("read", path) {
        unsafe bytes.withUnsafeMutableBytes { buffer in
          let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
          return unsafe pread(
            descriptor.number, rest.baseAddress, rest.count, off_t(position + filled))
        }
      }
      guard step > 0 else { break }
      filled += step
    }
    bytes.removeLast(count - filled)
    return bytes
  }

  func write(_ bytes: RawSpan, at position: Int) throws(FileError) {
    precondition(access != .read && position >= 0)
    var written = 0
    while written < bytes.byteCount {
      let rest = bytes.extracting(droppingFirst: written)
      written += try systemCall("write", path) {
        unsafe rest.withUnsafeBytes { buffer in
          unsafe pwrite(
            descriptor.number, buffer.baseAddress, buffer.count, off_t(position + written))
        }
      }
    }
  }

  func resize(to byteCount: Int) throws(FileError) {
    precondition(access != .read && byteCount >= 0)
    _ = try systemCall("ftruncate", path) { ftruncate(descriptor.number, off_t(byteCount)) }
  }

  func allocate(to byteCount: Int) throws(FileError) {
    precondition(access != .read && byteCount >= 0)
    let oldByteCount = try self.byteCount()
    // Linux refuses to allocate nothing.
    guard byteCount > 0 else { return }
    do {
      try reserve(byteCount, oldByteCount: oldByteCount)
    } catch {
      // A full disk may have given a part: ext4 then leaves the file longer.
      try? resize(to: oldByteCount)
      throw error
    }
  }

  private func reserve(_ byteCount: Int, oldByteCount: Int) throws(FileError) {
    do {
      _ = try systemCall("fallocate", path) {
        varve_allocate(descriptor.number, Int64(byteCount))
      }
    } catch {
      guard error.errno == EOPNOTSUPP else { throw error }
      try fill(from: oldByteCount, to: byteCount)
    }
  }

  /// Reserves blocks where the file system has no call for it, by writing them.
  private func fill(from start: Int, to end: Int) throws(FileError) {
    let zeros = [UInt8](repeating: 0, count: 64 * 1024)
    for position in stride(from: start, to: end, by: zeros.count) {
      let step = min(zeros.count, end - position)
      try unsafe write(zeros.span.bytes.extracting(first: step), at: position)
    }
  }

  func sync() throws(FileError) {
    _ = try systemCall("fdatasync", path) { varve_sync_data(descriptor.number) }
  }

  func map(_ byteCount: Int, writable: Bool) throws(FileError) -> FileMapping {
    precondition(byteCount > 0 && (!writable || access != .read))
    let protection = writable ? PROT_READ | PROT_WRITE : PROT_READ
    let address = unsafe mmap(nil, byteCount, protection, MAP_SHARED, descriptor.number, 0)
    guard let address = unsafe address, unsafe address != MAP_FAILED else {
      throw FileError(operation: "mmap", path: path, errno: errno)
    }
    // Safety: the mapping owns the address until this runs, once, when its last holder is gone.
    let owned = UInt(bitPattern: address)
    return unsafe FileMapping(base: address, count: byteCount) {
      _ = unsafe munmap(UnsafeMutableRawPointer(bitPattern: owned), byteCount)
    }
  }
}
