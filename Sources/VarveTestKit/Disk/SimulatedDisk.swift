internal import VarveBase

/// The state of a simulated file system: a value that operations change one at a time.
struct SimulatedDisk: Sendable {
  var faults = DiskFaults()
  private var tree = DirectoryTree()
  private var files: [Int: SimulatedFileContents] = [:]
  /// Files without a name, which a power loss may give back theirs, or which are open.
  private var nameless: Set<Int> = []
  private var locks: Set<Int> = []
  private var openCount = 0
  private var nextNumber = 1
  private var random: SeededGenerator
  /// Nobody sees this disk any more: every operation fails.
  private(set) var hasCrashed = false

  init(random: SeededGenerator) { self.random = random }

  // MARK: Crashing

  /// Counts an operation, and does it unless it is to fail.
  private mutating func perform<Result>(
    _ kind: DiskOperation.Kind, _ path: String,
    _ effect: (inout SimulatedDisk) throws(FileError) -> Result
  ) throws(FileError) -> Result {
    let operation = DiskOperation(kind: kind, path: path)
    guard !hasCrashed else { throw Self.crashed(operation) }
    if faults.countsToCrash(operation) {
      // The operation may have been done already when the crash comes; a sync then makes no
      // difference that a power loss after it doesn't make as well.
      if !kind.syncs, Bool.random(using: &random) { _ = try? effect(&self) }
      crash()
      throw Self.crashed(operation)
    }
    try faults.check(operation)
    return try effect(&self)
  }

  private static func crashed(_ operation: DiskOperation) -> FileError {
    FileError(
      .io, operation: operation.kind.systemName, path: operation.path,
      reason: "simulated crash")
  }

  /// Stops the world: what is stored through mappings from now on was never written.
  mutating func crash() {
    guard !hasCrashed else { return }
    hasCrashed = true
    faults.whenCrashed?()
    for number in files.keys { files[number] = files[number]?.afterProcessCrash() }
  }

  /// The disk as the next process finds it.
  mutating func afterProcessCrash() -> SimulatedDisk {
    var next = SimulatedDisk(random: random.fork())
    next.tree = tree
    next.nameless = nameless
    next.nextNumber = nextNumber
    for number in files.keys { next.files[number] = files[number]?.afterProcessCrash() }
    return next
  }

  /// The disk as it is found when the power is back.
  mutating func afterPowerLoss(
    _ order: DirectoryCrash, seed: UInt64?
  ) -> SimulatedDisk {
    var dice = seed.map { SeededGenerator(seed: $0) } ?? random.fork()
    var next = SimulatedDisk(random: dice.fork())
    next.tree = tree.afterPowerLoss(order, using: &dice)
    next.nextNumber = nextNumber
    for number in next.tree.all(below: 0).files.sorted() {
      next.files[number] = files[number]?.afterPowerLoss(using: &dice)
    }
    return next
  }

  // MARK: Directories

  mutating func createDirectory(_ path: String) throws(FileError) {
    switch try tree.node(path, "mkdir") {
    case .directory: return
    case .file: throw .simulated(.exists, "mkdir", path)
    case nil: break
    }
    try perform(.createDirectory, path) { (disk) throws(FileError) in
      guard let place = try disk.tree.place(path, "mkdir") else { return }
      let number = disk.newNumber()
      disk.tree.makeDirectory(number)
      disk.tree.apply(.init(added: place, node: .directory(number)))
    }
  }

  mutating func contents(ofDirectory path: String) throws(FileError) -> [String] {
    try perform(.list, path) { (disk) throws(FileError) in
      disk.tree.names(in: try disk.tree.directory(path, "opendir"))
    }
  }

  mutating func kind(of path: String) throws(FileError) -> FileKind? {
    try perform(.look, path) { (disk) throws(FileError) in
      let node: DirectoryTree.Node?
      do { node = try disk.tree.node(path, "stat") } catch { return nil }
      return node.map { if case .directory = $0 { .directory } else { .file } }
    }
  }

  mutating func rename(_ path: String, to newPath: String) throws(FileError) {
    try perform(.rename, path) { (disk) throws(FileError) in
      guard let source = try disk.tree.place(path, "rename"),
        let node = disk.tree.node(at: source)
      else { throw .simulated(.notFound, "rename", path) }
      let target = try disk.tree.place(newPath, "rename", namedAs: path)
      guard let target, source != target else { return }
      try disk.checkRename(of: node, to: target, path)
      let replaced = disk.tree.node(at: target)
      disk.tree.apply(.init(removed: source, added: target, node: node))
      if case .file(let number) = replaced { disk.nameless.insert(number) }
    }
  }

  private func checkRename(
    of node: DirectoryTree.Node, to target: DirectoryTree.Place, _ path: String
  ) throws(FileError) {
    let replaced = tree.node(at: target)
    switch (node, replaced) {
    case (.file, .directory): throw .simulated(.isDirectory, "rename", path)
    case (.directory, .file): throw .simulated(.notADirectory, "rename", path)
    case (.directory(let number), _):
      // A directory can't move into itself.
      guard !tree.all(below: number).directories.contains(target.directory) else {
        throw .simulated(.other, "rename", path)
      }
    case (.file, _): break
    }
    if case .directory(let number) = replaced, !tree.names(in: number).isEmpty {
      throw .simulated(.exists, "rename", path)
    }
  }

  mutating func remove(_ path: String) throws(FileError) {
    try perform(.remove, path) { (disk) throws(FileError) in
      guard let place = try disk.tree.place(path, "unlink") else {
        throw .simulated(.isDirectory, "unlink", path)
      }
      switch disk.tree.node(at: place) {
      case nil: throw .simulated(.notFound, "unlink", path)
      case .directory: throw .simulated(.isDirectory, "unlink", path)
      case .file(let number):
        disk.tree.apply(.init(removed: place, node: .file(number)))
        disk.nameless.insert(number)
      }
    }
  }

  mutating func removeEmptyDirectory(_ path: String) throws(FileError) {
    try perform(.removeDirectory, path) { (disk) throws(FileError) in
      let number = try disk.tree.directory(path, "rmdir")
      guard let place = try disk.tree.place(path, "rmdir") else { return }
      disk.tree.apply(.init(removed: place, node: .directory(number)))
    }
  }

  mutating func syncDirectory(_ path: String) throws(FileError) {
    try perform(.syncDirectory, path) { (disk) throws(FileError) in
      disk.tree.sync([try disk.tree.directory(path, "open")])
      disk.forgetUnused()
    }
  }

  mutating func syncAll(below path: String) throws(FileError) {
    try perform(.syncAll, path) { (disk) throws(FileError) in
      let (files, directories) = disk.tree.all(below: try disk.tree.directory(path, "open"))
      for number in files { disk.files[number]?.sync() }
      disk.tree.sync(directories)
      disk.forgetUnused()
    }
  }

  // MARK: Files

  /// The number of the opened file.
  mutating func open(_ path: String, _ access: FileAccess) throws(FileError) -> Int {
    let number = try findOrCreate(path, access)
    openCount += 1
    files[number]?.openCount += 1
    return number
  }

  private mutating func findOrCreate(
    _ path: String, _ access: FileAccess
  ) throws(FileError) -> Int {
    try perform(.open, path) { (disk) throws(FileError) in
      guard disk.openCount < disk.faults.maxOpenFiles else {
        throw .simulated(.tooManyOpenFiles, "open", path)
      }
      switch try disk.tree.node(path, "open") {
      case .directory: throw .simulated(.isDirectory, "open", path)
      case .file(let number):
        if disk.faults.isReadOnly, access != .read { throw .simulated(.readOnly, "open", path) }
        return number
      case nil:
        guard access == .create else { throw .simulated(.notFound, "open", path) }
        return try disk.create(path)
      }
    }
  }

  private mutating func create(_ path: String) throws(FileError) -> Int {
    try perform(.create, path) { (disk) throws(FileError) in
      guard let place = try disk.tree.place(path, "open") else {
        throw .simulated(.isDirectory, "open", path)
      }
      let number = disk.newNumber()
      disk.files[number] = SimulatedFileContents()
      disk.tree.apply(.init(added: place, node: .file(number)))
      return number
    }
  }

  mutating func close(_ number: Int) {
    openCount -= 1
    files[number]?.openCount -= 1
  }

  mutating func lock(_ path: String) throws(FileError) -> Int {
    let number = try open(path, .create)
    do {
      try perform(.lock, path) { (disk) throws(FileError) in
        guard disk.locks.insert(number).inserted else { throw .simulated(.locked, "flock", path) }
      }
      return number
    } catch {
      close(number)
      throw error
    }
  }

  mutating func unlock(_ number: Int) {
    locks.remove(number)
    close(number)
  }

  mutating func byteCount(_ number: Int, _ path: String) throws(FileError) -> Int {
    try perform(.look, path) { disk in disk.files[number]?.byteCount ?? 0 }
  }

  mutating func read(_ number: Int, _ path: String, _ range: Range<Int>) throws(FileError)
    -> [UInt8]
  {
    try perform(.read, path) { disk in disk.files[number]?.read(range) ?? [] }
  }

  mutating func write(
    _ number: Int, _ path: String, _ bytes: RawSpan, at position: Int
  ) throws(FileError) {
    try perform(.write, path) { (disk) throws(FileError) in
      // A killed process may have written a part, and so may one that fills the disk.
      let isCrash = disk.faults.operationCount == disk.faults.crashAt
      let most =
        isCrash ? Int.random(in: 0...bytes.byteCount, using: &disk.random) : bytes.byteCount
      let room = disk.room(for: number, from: position)
      let count = min(most, room)
      if count > 0 {
        disk.files[number]?.write(bytes.extracting(first: count), at: position)
      }
      if room < most { throw .simulated(.noSpace, "write", path) }
    }
  }

  mutating func resize(_ number: Int, _ path: String, to byteCount: Int) throws(FileError) {
    try perform(.resize, path) { disk in disk.files[number]?.resize(to: byteCount) }
  }

  mutating func allocate(_ number: Int, _ path: String, to byteCount: Int) throws(FileError) {
    try perform(.allocate, path) { (disk) throws(FileError) in
      guard byteCount <= disk.room(for: number, from: 0) else {
        throw .simulated(.noSpace, "fallocate", path)
      }
      disk.files[number]?.allocate(to: byteCount)
    }
  }

  mutating func sync(_ number: Int, _ path: String) throws(FileError) {
    do {
      try perform(.sync, path) { disk in disk.files[number]?.sync() }
    } catch {
      if !hasCrashed { files[number]?.failSync() }
      throw error
    }
  }

  mutating func map(_ number: Int, _ path: String, _ count: Int) throws(FileError) -> FileMapping {
    try perform(.map, path) { disk in
      guard let mapping = disk.files[number]?.map(count) else {
        preconditionFailure("\(path) is open, so it exists")
      }
      return mapping
    }
  }

  // MARK: Space

  /// How many bytes the disk can take in a file from a position on.
  private func room(for number: Int, from position: Int) -> Int {
    guard faults.capacity < .max else { return .max }
    let own = files[number]?.allocatedByteCount ?? 0
    return max(0, own + faults.capacity - usedBytes - position)
  }

  private var usedBytes: Int {
    files.reduce(0) { sum, file in
      let isFree = nameless.contains(file.key) && file.value.openCount == 0
      return isFree ? sum : sum + file.value.allocatedByteCount
    }
  }

  var space: VolumeSpace {
    let capacity = faults.capacity
    return VolumeSpace(
      totalBytes: capacity,
      availableBytes: capacity < .max ? max(0, capacity - usedBytes) : .max)
  }

  private mutating func newNumber() -> Int {
    defer { nextNumber += 1 }
    return nextNumber
  }

  /// Lets go of files that neither a program nor a power loss can bring back. Now and then only:
  /// it looks at every name.
  private mutating func forgetUnused() {
    guard nameless.count > 100 else { return }
    let named = tree.filesThatMayBeNamed
    for number in nameless where !named.contains(number) && files[number]?.openCount == 0 {
      files[number] = nil
      nameless.remove(number)
    }
  }
}

extension SeededGenerator {
  /// Another sequence of its own that follows from this one.
  mutating func fork() -> SeededGenerator { SeededGenerator(seed: next()) }
}
