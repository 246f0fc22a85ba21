import VarveBase
import VarveTestKit

/// The files of a directory by their paths, to be put on a disk again and again.
struct DirectoryContents {
  private(set) var directories: [String] = []
  private(set) var files: [String: [UInt8]] = [:]

  /// Reads all that is in a directory. `path` has no `.` in front: disks may differ in that.
  init(of path: String, on disk: any FileSystem, as root: String) throws {
    directories.append(root)
    for name in try disk.contents(ofDirectory: path) {
      if try disk.kind(of: "\(path)/\(name)") == .directory {
        let inner = try DirectoryContents(
          of: "\(path)/\(name)", on: disk, as: "\(root)/\(name)")
        directories += inner.directories
        files.merge(inner.files) { $1 }
      } else {
        files["\(root)/\(name)"] = try disk.open("\(path)/\(name)", .read).readAll()
      }
    }
  }

  /// A disk with these files, one bit of one of them flipped.
  func disk(flipping bit: Int? = nil, of flipped: String? = nil) throws -> SimulatedFileSystem {
    let disk = SimulatedFileSystem(seed: 1)
    for directory in directories { try disk.createDirectory(directory) }
    for (path, bytes) in files {
      var bytes = bytes
      if let bit, path == flipped { bytes[bit / 8] ^= 1 << UInt8(bit % 8) }
      try disk.open(path, .create).write(ByteSlice(bytes).bytes, at: 0)
    }
    return disk
  }

  /// Bits of a file: all of them in the long run, where there are not too many, and else some.
  func bits(
    of path: String, short: Int, long: Int, using random: inout SeededGenerator
  ) -> [Int] {
    let all = (files[path]?.count ?? 0) * 8
    let count = TestShare.count(short, long: long)
    guard count < all else { return Array(0..<all) }
    return (0..<count).map { _ in Int.random(in: 0..<all, using: &random) }
  }
}
