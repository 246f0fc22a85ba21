internal import VarveBase

/// The names of a simulated disk: as programs see them, as the disk has them, and the changes in
/// between. Files and directories have numbers; 0 is the root.
struct DirectoryTree: Sendable {
  enum Node: Hashable, Sendable {
    case file(Int)
    case directory(Int)
  }

  /// A name in a directory.
  struct Place: Hashable, Sendable {
    var directory: Int
    var name: String
  }

  /// One operation, which happens as a whole or not at all.
  struct Change: Sendable {
    var removed: Place?
    var added: Place?
    var node: Node

    var directories: Set<Int> { Set([removed?.directory, added?.directory].compactMap { $0 }) }
  }

  private typealias Entries = [String: Node]
  private var current: [Int: Entries] = [0: [:]]
  private var durable: [Int: Entries] = [0: [:]]
  private var pending: [Change] = []

  mutating func makeDirectory(_ number: Int) {
    current[number] = [:]
    durable[number] = [:]
  }

  mutating func apply(_ change: Change) {
    Self.apply(change, to: &current)
    pending.append(change)
  }

  private static func apply(_ change: Change, to entries: inout [Int: Entries]) {
    if let place = change.removed, entries[place.directory]?[place.name] == change.node {
      entries[place.directory]?[place.name] = nil
    }
    if let place = change.added { entries[place.directory]?[place.name] = change.node }
  }

  // MARK: Looking

  func names(in directory: Int) -> [String] { (current[directory] ?? [:]).keys.sorted() }

  func node(at place: Place) -> Node? { current[place.directory]?[place.name] }

  /// What stands at a path, or nil where its last name is missing.
  func node(_ path: String, _ operation: String) throws(FileError) -> Node? {
    var node = Node.directory(0)
    let names = Self.names(of: path)
    for (index, name) in names.enumerated() {
      guard case .directory(let directory) = node else {
        throw .simulated(.notADirectory, operation, path)
      }
      guard let next = current[directory]?[String(name)] else {
        if index == names.count - 1 { return nil }
        throw .simulated(.notFound, operation, path)
      }
      node = next
    }
    return node
  }

  func directory(_ path: String, _ operation: String) throws(FileError) -> Int {
    switch try node(path, operation) {
    case .directory(let number): return number
    case .file: throw .simulated(.notADirectory, operation, path)
    case nil: throw .simulated(.notFound, operation, path)
    }
  }

  /// Where the last name of a path stands or would stand, or nil for the root. Errors name the
  /// path that the operation was about.
  func place(
    _ path: String, _ operation: String, namedAs errorPath: String? = nil
  ) throws(FileError) -> Place? {
    guard let name = Self.names(of: path).last else { return nil }
    do {
      let parent = try directory(parentDirectory(of: path) ?? "", operation)
      return Place(directory: parent, name: String(name))
    } catch {
      throw .simulated(error.code, operation, errorPath ?? path)
    }
  }

  private static func names(of path: String) -> [Substring] {
    path.split(separator: "/").filter { $0 != "." }
  }

  /// The files and directories in a directory and in those below it, and itself.
  func all(below directory: Int) -> (files: Set<Int>, directories: Set<Int>) {
    Self.all(below: directory, in: current)
  }

  private static func all(
    below directory: Int, in entries: [Int: Entries]
  ) -> (files: Set<Int>, directories: Set<Int>) {
    var files: Set<Int> = []
    var directories: Set<Int> = [directory]
    var rest = [directory]
    while let next = rest.popLast() {
      for node in (entries[next] ?? [:]).values {
        switch node {
        case .file(let number): files.insert(number)
        case .directory(let number):
          directories.insert(number)
          rest.append(number)
        }
      }
    }
    return (files, directories)
  }

  /// Files that have a name, on the disk or to programs, or that a change is about.
  var filesThatMayBeNamed: Set<Int> {
    let nodes = [current, durable].flatMap { $0.values.flatMap(\.values) } + pending.map(\.node)
    return Set(nodes.compactMap { if case .file(let number) = $0 { number } else { nil } })
  }

  // MARK: Durability

  /// Makes the changes in some directories durable, with those that they follow: a change in two
  /// directories brings the earlier ones of both.
  mutating func sync(_ synced: Set<Int>) {
    var directories = synced
    var kept: [Change] = []
    var settled: [Change] = []
    for change in pending.reversed() {
      if directories.isDisjoint(with: change.directories) {
        kept.append(change)
      } else {
        directories.formUnion(change.directories)
        settled.append(change)
      }
    }
    for change in settled.reversed() { Self.apply(change, to: &durable) }
    pending = kept.reversed()
  }

  /// What a power loss leaves: of each directory's changes since it was synced the first few, or
  /// any where `order` says so; never one half of a rename.
  func afterPowerLoss(
    _ order: DirectoryCrash, using random: inout SeededGenerator
  ) -> DirectoryTree {
    var survivors = durable
    for change in surviving(order, using: &random) {
      // Where an earlier rename of the same file was lost, its old name goes now: one file never
      // comes back under two names.
      for directory in survivors.keys where change.added != nil {
        survivors[directory] = survivors[directory]?.filter { $0.value != change.node }
      }
      Self.apply(change, to: &survivors)
    }
    let reachable = Self.all(below: 0, in: survivors).directories
    var tree = DirectoryTree()
    tree.durable = survivors.filter { reachable.contains($0.key) }
    tree.current = tree.durable
    return tree
  }

  private func surviving(
    _ order: DirectoryCrash, using random: inout SeededGenerator
  ) -> [Change] {
    guard order == .prefix else { return pending.filter { _ in Bool.random(using: &random) } }
    var counts: [Int: Int] = [:]
    for change in pending { for number in change.directories { counts[number, default: 0] += 1 } }
    var left: [Int: Int] = [:]
    for number in counts.keys.sorted() {
      left[number] = Int.random(in: 0...counts[number, default: 0], using: &random)
    }
    return pending.filter { change in
      let survives = change.directories.allSatisfy { left[$0, default: 0] > 0 }
      for number in change.directories {
        left[number] = survives ? left[number, default: 0] - 1 : 0
      }
      return survives
    }
  }
}

/// Which of a directory's changes a power loss may keep without those before them.
package enum DirectoryCrash: Sendable {
  /// None: what journaled file systems (ext4, XFS, APFS) do.
  case prefix
  /// Any: all that POSIX promises.
  case any
}
