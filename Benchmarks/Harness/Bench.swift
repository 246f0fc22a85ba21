import Glibc
import Synchronization
import VarveBase

/// What a benchmark is given: its size, a place for files, a clock, and interleaved rounds.
package final class Bench: Sendable {
  package let options: Options
  private let directoryCount = Atomic(0)
  private let hash = Atomic<UInt64>(0)

  package init(_ options: Options) { self.options = options }

  /// `full` for a measurement, `smoke` to see that the benchmark works.
  package func size(_ full: Int, smoke: Int) -> Int { options.isSmoke ? smoke : full }

  // MARK: Rounds

  /// Someone who does the work of a benchmark.
  package struct Contender {
    let name: String
    let round: () async throws -> Sample

    package init(_ name: String, round: @escaping () async throws -> Sample) {
      self.name = name
      self.round = round
    }
  }

  /// A round of a contender.
  package struct Sample {
    /// In the unit of the comparison.
    var figure: Double
    /// Depends on all the work, so that none of it can be optimised away.
    var hash: UInt64

    package init(_ figure: Double, hash: UInt64) {
      self.figure = figure
      self.hash = hash
    }

    /// Work of a size done in a time, in `scale`s of it a second.
    package init(_ amount: Int, per scale: Double, in duration: Duration, hash: UInt64) {
      self.init(Double(amount) / scale / duration.inSeconds, hash: hash)
    }
  }

  /// Runs the contenders in turn, round by round, there and back. The first is Varve.
  package func compare(
    _ title: String, _ unit: String, _ direction: Comparison.Direction = .higherIsBetter,
    rounds: Int = 5, isSameWork: Bool = false, of contenders: [Contender]
  ) async throws -> Comparison {
    var figures = [[Double]](repeating: [], count: contenders.count)
    for round in 0..<(options.isSmoke ? 1 : rounds) {
      var hashes = [UInt64](repeating: 0, count: contenders.count)
      for index in Self.order(of: contenders.count, in: round) {
        // Nobody pays for the writing back of what the one before left.
        if !options.isSmoke { sync() }
        let sample = try await contenders[index].round()
        figures[index].append(sample.figure)
        hashes[index] = sample.hash
        note(hash: sample.hash)
      }
      if isSameWork, let odd = hashes.firstIndex(where: { $0 != hashes[0] }) {
        throw BenchmarkFailure(
          "\(title): \(contenders[odd].name) read something else than \(contenders[0].name)")
      }
    }
    return Comparison(
      title: title, unit: unit, direction: direction,
      figures: zip(contenders, figures).map {
        Comparison.Figure(contender: $0.name, rounds: $1)
      })
  }

  /// Every other round goes from the last to the first: who follows whom makes a difference, by the
  /// memory and the disk that the one before gave back.
  private static func order(of count: Int, in round: Int) -> [Int] {
    round.isMultiple(of: 2) ? Array(0..<count) : Array((0..<count).reversed())
  }

  package func note(hash value: UInt64) { hash.wrappingAdd(value, ordering: .relaxed) }

  /// What all the work so far comes to.
  package var hashOfAll: UInt64 { hash.load(ordering: .relaxed) }

  // MARK: Files

  /// A new, empty directory, which `body` has to itself.
  package func inDirectory<Result>(
    _ body: (String) async throws -> Result
  ) async throws -> Result {
    let number = directoryCount.wrappingAdd(1, ordering: .relaxed).newValue
    let path = "\(options.directory)/\(number)"
    let disk = LocalFileSystem()
    try disk.createDirectory(path)
    defer { try? disk.removeDirectory(path) }
    return try await body(path)
  }
}

/// How long `body` takes.
func timed(_ body: () throws -> Void) rethrows -> Duration {
  try ContinuousClock().measure(body)
}

/// How long `body` takes.
func timed(_ body: () async throws -> Void) async rethrows -> Duration {
  try await ContinuousClock().measure(body)
}

extension Duration {
  var inSeconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}

/// Why a benchmark could not be run.
package struct BenchmarkFailure: Error, CustomStringConvertible {
  package let description: String

  init(_ description: String) { self.description = description }
}
