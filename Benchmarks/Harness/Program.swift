import Glibc
import VarveBase

/// The program: runs the benchmarks asked for and says what they found.
enum Program {
  /// Touched before anything is measured: about what the largest benchmark has in use.
  private static let warmUpBytes = 4 << 30

  static func run(_ words: [String]) async throws {
    if words.count == 2, words[0] == "probe" { return try await Benchmark.probed(words[1]) }
    #if Peers
      if words.count == 2, words[0] == "serve" { return try await ServedVarve.serve(words[1]) }
    #endif
    raiseFileLimit()
    var options = try Options(words)
    if options.isList { return list() }
    options.program = "/proc/\(getpid())/exe"
    defer { try? LocalFileSystem().removeDirectory(options.directory) }
    // What a run that was killed has left.
    try? LocalFileSystem().removeDirectory(options.directory)
    try LocalFileSystem().createDirectory(options.directory)
    if !options.isSmoke { Machine.warmUp(byteCount: warmUpBytes) }
    var results = Results(machine: Machine(), isSmoke: options.isSmoke)
    say(heading(results))
    let bench = Bench(options)
    for benchmark in options.benchmarks {
      say("\n\(benchmark.name): \(benchmark.summary)")
      for comparison in try await benchmark.run(bench) {
        say(Table.lines(of: comparison).joined(separator: "\n"))
        results.comparisons.append((benchmark.name, comparison))
      }
    }
    say(
      "\nload at the end \(Table.fixed(Machine.currentLoad, 1)), hash of all work "
        + String(bench.hashOfAll, radix: 16))
    if let path = options.json { try Results.write(results.json, to: path) }
    if let path = options.svg { try Results.write(Chart(results).svg, to: path) }
  }

  /// Prints at once, also into a pipe: a run takes minutes.
  private static func say(_ text: String) {
    print(text)
    fflush(nil)
  }

  private static func list() {
    for benchmark in Benchmark.all {
      say("\(Table.column(benchmark.name, 18)) \(benchmark.summary)")
    }
  }

  /// A thousand partitions hold more files than the usual limit of a shell.
  private static func raiseFileLimit() {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    limit.rlim_cur = limit.rlim_max
    _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
  }

  private static func heading(_ results: Results) -> String {
    let machine = results.machine
    let caution = results.isSmoke ? "; smoke sizes: these are no measurements" : ""
    return """
      \(machine.processor), \(machine.cores) cores, Linux \(machine.kernel), load \
      \(Table.fixed(machine.load, 1))\(caution)
      → says how often as good Varve is, in rounds of this run that ran side by side
      """
  }
}
