internal import Synchronization
package import VarveBase

/// A disk in memory that can crash, fill up and fail, all of it decided by a seed.
///
/// What was written is seen by programs at once and reaches the disk when it is synced. A power
/// loss keeps what was synced, and of the rest what the seed says: pages of 4 KiB new, old or torn
/// between sectors of 512 bytes, sizes from before or after, and of the changes in each directory
/// the first few. A store past the end of a mapped file stops the program, as it does on a real
/// disk.
///
/// ```swift
/// let rehearsal = SimulatedFileSystem(seed: 1)
/// try workload(rehearsal)
/// for operation in 1...rehearsal.operationCount {
///   let disk = SimulatedFileSystem(seed: 1)
///   disk.crash(at: operation)
///   try? workload(disk)
///   try check(disk.afterPowerLoss())
/// }
/// ```
package final class SimulatedFileSystem: FileSystem {
  private let disk: Mutex<SimulatedDisk>

  package init(seed: UInt64) {
    disk = Mutex(SimulatedDisk(random: SeededGenerator(seed: seed)))
  }

  private init(_ state: SimulatedDisk) { disk = Mutex(state) }

  func withDisk<Result: Sendable, Failure: Error>(
    _ body: (inout SimulatedDisk) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try disk.withLock { (disk) throws(Failure) in try body(&disk) }
  }

  // MARK: Crashes

  /// Lets the crash come at the operation of that number, counted from 1 since this disk was made:
  /// it and every later one throws `.io`, and what is stored through mappings afterwards is lost.
  /// Those that change something count, see `operationCount`.
  package func crash(at operation: Int) { withDisk { $0.faults.crashAt = operation } }

  /// Calls `body` when the crash comes, for what is to end with the disk. It is called while the
  /// disk is locked, so it must not use the disk.
  package func whenCrashed(_ body: @escaping @Sendable () -> Void) {
    withDisk { $0.faults.whenCrashed = body }
  }

  /// Crashes now.
  package func crash() { withDisk { $0.crash() } }

  package var hasCrashed: Bool { withDisk { $0.hasCrashed } }

  /// Operations so far that change something: those that a crash can come at.
  package var operationCount: Int { withDisk { $0.faults.operationCount } }

  /// A disk with what a power loss leaves, now or at the crash before.
  ///
  /// - Parameter seed: decides what is left; without one each call leaves something else, as the
  ///   seed of this disk says.
  package func afterPowerLoss(
    seed: UInt64? = nil, directories: DirectoryCrash = .prefix
  ) -> SimulatedFileSystem {
    SimulatedFileSystem(withDisk { $0.afterPowerLoss(directories, seed: seed) })
  }

  /// A disk with all that was written, now or before the crash: what a killed program leaves. What
  /// was not synced can still be lost when the power goes later.
  package func afterProcessCrash() -> SimulatedFileSystem {
    SimulatedFileSystem(withDisk { $0.afterProcessCrash() })
  }

  // MARK: Faults

  /// Lets the next operation of a kind fail, once. A failed sync is as on Linux: what it was to
  /// write is not written by the next one either.
  package func failNext(_ kind: DiskOperation.Kind, _ code: FileError.Code = .io) {
    withDisk { $0.faults.failNext(kind, code) }
  }

  /// Lets operations fail that `rule` names a code for; nil takes the rule away. It is called while
  /// the disk is locked, so it must not use the disk.
  package func fail(where rule: (@Sendable (DiskOperation) -> FileError.Code?)?) {
    withDisk { $0.faults.rule = rule }
  }

  /// The size of the disk: what does not fit throws `.noSpace`.
  package func setCapacity(_ byteCount: Int) { withDisk { $0.faults.capacity = byteCount } }

  package func setReadOnly(_ isReadOnly: Bool) { withDisk { $0.faults.isReadOnly = isReadOnly } }

  /// Opening more throws `.tooManyOpenFiles`. Locks are open files, mappings are not.
  package func setMaxOpenFiles(_ count: Int) { withDisk { $0.faults.maxOpenFiles = count } }

  /// How often an operation was asked for, with a path or with any.
  package func count(_ kind: DiskOperation.Kind, path: String? = nil) -> Int {
    withDisk { $0.faults.count(kind, path: path) }
  }

  // MARK: FileSystem

  package func createDirectory(_ path: String) throws(FileError) {
    if let parent = parentDirectory(of: path), try kind(of: parent) == nil {
      try createDirectory(parent)
    }
    try withDisk { (disk) throws(FileError) in try disk.createDirectory(path) }
  }

  package func contents(ofDirectory path: String) throws(FileError) -> [String] {
    try withDisk { (disk) throws(FileError) in try disk.contents(ofDirectory: path) }
  }

  package func open(_ path: String, _ access: FileAccess) throws(FileError) -> any File {
    try SimulatedFile(path, access, self)
  }

  package func kind(of path: String) throws(FileError) -> FileKind? {
    try withDisk { (disk) throws(FileError) in try disk.kind(of: path) }
  }

  package func rename(_ path: String, to newPath: String) throws(FileError) {
    try withDisk { (disk) throws(FileError) in try disk.rename(path, to: newPath) }
  }

  package func remove(_ path: String) throws(FileError) {
    try withDisk { (disk) throws(FileError) in try disk.remove(path) }
  }

  package func removeDirectory(_ path: String) throws(FileError) {
    for name in try contents(ofDirectory: path) {
      let child = path + "/" + name
      if try kind(of: child) == .directory {
        try removeDirectory(child)
      } else {
        try remove(child)
      }
    }
    try withDisk { (disk) throws(FileError) in try disk.removeEmptyDirectory(path) }
  }

  package func syncDirectory(_ path: String) throws(FileError) {
    try withDisk { (disk) throws(FileError) in try disk.syncDirectory(path) }
  }

  package func syncAll(below path: String) throws(FileError) {
    try withDisk { (disk) throws(FileError) in try disk.syncAll(below: path) }
  }

  package func volume(below path: String) -> any Volume { PathVolume(disk: self, path: path) }

  package func space(at path: String) throws(FileError) -> VolumeSpace {
    withDisk { $0.space }
  }

  package func lock(_ path: String) throws(FileError) -> any FileLock {
    try SimulatedLock(path, self)
  }
}

/// A volume that asks its disk anew each time.
package struct PathVolume: Volume {
  let disk: any FileSystem
  let path: String

  package init(disk: any FileSystem, path: String) {
    self.disk = disk
    self.path = path
  }

  package func syncAll() throws(FileError) { try disk.syncAll(below: path) }
}
