import Glibc
import VarveBase

/// What the figures were measured on.
struct Machine {
  let processor: String
  let cores: Int
  let kernel: String
  /// The processes that wanted to run, on average over the last minute: above `cores`, others had
  /// a share.
  var load: Double

  init() {
    processor = Self.line("model name", of: "/proc/cpuinfo") ?? "unknown processor"
    cores = sysconf(Int32(_SC_NPROCESSORS_ONLN))
    kernel =
      Self.text("/proc/sys/kernel/osrelease")?.split(separator: "\n").first
      .map(String.init) ?? "unknown kernel"
    load = Self.currentLoad
  }

  static var currentLoad: Double {
    text("/proc/loadavg")?.split(separator: " ").first.flatMap { Double($0) } ?? .nan
  }

  /// The memory of this process that is resident, in bytes.
  static var residentBytes: Int {
    guard let line = line("VmRSS", of: "/proc/self/status"),
      let kilobytes = Int(line.prefix { $0.isNumber })
    else { return 0 }
    return kilobytes << 10
  }

  /// Touches memory, so that the host has given it before anything is measured: a page that it
  /// takes from the host costs ten times one that the guest has.
  static func warmUp(byteCount: Int) {
    let chunk = 64 << 20
    var chunks: [UnsafeMutableRawPointer] = []
    for _ in 0..<byteCount / chunk {
      let memory = UnsafeMutableRawPointer.allocate(byteCount: chunk, alignment: 4096)
      memory.initializeMemory(as: UInt8.self, repeating: 1, count: chunk)
      chunks.append(memory)
    }
    for memory in chunks { memory.deallocate() }
  }

  /// A file of `/proc`, which does not say how long it is.
  static func text(_ path: String) -> String? {
    guard let file = try? LocalFileSystem().open(path, .read),
      let bytes = try? file.read(64 << 10, at: 0)
    else { return nil }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func line(_ name: String, of path: String) -> String? {
    text(path)?.split(separator: "\n").first { $0.hasPrefix(name) }?
      .split(separator: ":").last.map { String($0.drop { $0 == " " || $0 == "\t" }) }
  }
}
