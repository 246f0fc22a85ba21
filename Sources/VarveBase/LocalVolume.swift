internal import CVarve

/// A directory held open. `syncfs` tells of errors since then, and of each once for a descriptor.
final class LocalVolume: Volume {
  private let descriptor: FileDescriptor
  private let path: String

  init(_ descriptor: consuming FileDescriptor, _ path: String) {
    self.descriptor = descriptor
    self.path = path
  }

  func syncAll() throws(FileError) {
    _ = try systemCall("syncfs", path) { varve_sync_file_system(descriptor.number) }
  }
}
