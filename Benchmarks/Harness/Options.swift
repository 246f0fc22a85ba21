/// The words on the command line.
package struct Options: Sendable {
  package static let usage = """
    usage: VarveBenchmarks [--only NAME]… [--smoke] [--list] [--at DIRECTORY]
                           [--json FILE] [--svg FILE] [--peer NAME=HOST:PORT]…
      --only   runs the benchmark of that name; several may be given
      --smoke  runs each once, small: to see that it works, not to measure
      --list   names the benchmarks
      --at     where the files go (bench-results): on the disk that is to be measured
      --json   writes every round of every contender
      --svg    draws the ratios
      --peer   measures a server of this machine that speaks Kafka's protocol beside Varve's, in
               the benchmarks whose names begin with wire; several may be given
    """

  package var only: [String] = []
  package var isSmoke = false
  package var isList = false
  package var directory = "bench-results/data"
  package var json: String?
  package var svg: String?
  package var peers: [Peer] = []
  /// This program, to run parts of a benchmark in processes of their own; nil runs them in this
  /// one.
  package var program: String?

  package init() {}

  package init(_ words: [String]) throws {
    var rest = words[...]
    func value(of option: String) throws -> String {
      guard let value = rest.popFirst() else { throw BenchmarkFailure("\(option) wants a value") }
      return value
    }
    while let word = rest.popFirst() {
      switch word {
      case "--only": only.append(try value(of: word))
      case "--smoke": isSmoke = true
      case "--list": isList = true
      case "--at": directory = try value(of: word) + "/data"
      case "--json": json = try value(of: word)
      case "--svg": svg = try value(of: word)
      case "--peer": peers.append(try Peer(try value(of: word)))
      default: throw BenchmarkFailure("'\(word)' is not an option\n\(Self.usage)")
      }
    }
    for name in only where !Benchmark.all.contains(where: { $0.name == name }) {
      throw BenchmarkFailure("there is no benchmark '\(name)'; --list names them")
    }
  }

  /// A server beside ours, which somebody else has started.
  package struct Peer: Sendable {
    package let name: String
    let address: String
    private let port: UInt16

    init(_ text: String) throws {
      let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2, let port = parts[1].split(separator: ":").last.flatMap({ UInt16($0) })
      else { throw BenchmarkFailure("--peer '\(text)': it is NAME=HOST:PORT") }
      name = parts[0]
      address = parts[1]
      self.port = port
    }

    var process: ServerProcess { get throws { try ServerProcess(listeningAt: port) } }
  }

  /// The benchmarks asked for.
  package var benchmarks: [Benchmark] {
    only.isEmpty ? Benchmark.all : Benchmark.all.filter { only.contains($0.name) }
  }
}
