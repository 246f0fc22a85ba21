import Foundation
import Testing
import VarveBase
import VarveBroker
import VarveLog
import VarveTestKit
import VarveTestSupport

/// Goal: a bit that flips in what lies around the records, in a directory that was closed in
/// order, never makes Varve serve something else without a word. Method: for each bit the
/// directory is opened and all that readers can ask is asked. Either the answers are what they
/// were, or there is a typed error, or `verify` reports a fault.
///
/// What a checkpoint of a log's start says is text without a checksum, in Kafka's format: a digit
/// may become another. Then records are served from somewhere else on, each as it was appended,
/// which is all that is asked there.
@Suite struct FlippedBitTests {
  @Test("G09: any flipped bit of a root file or of a transaction index is harmless or told")
  func root() throws {
    let contents = try StoredDirectory.make()
    let whole = try ServedAnswers(of: try contents.disk())
    #expect(whole.topics.count == 5 && whole.partitions.count == 6)
    let roots = OffsetCheckpoint.Kind.allCases.map { "data/\($0.rawValue)" }
    let names = ["data/\(MetaProperties.fileName)"] + roots
    let indexes = contents.files.keys.filter { $0.hasSuffix(".txnindex") }.sorted()
    #expect(indexes.count == 1)
    try check(names + indexes, of: contents, against: whole, short: 20, long: 10_000)
  }

  @Test("G09: any flipped bit of the metadata's files is harmless or told")
  func metadata() throws {
    let contents = try StoredDirectory.make()
    let whole = try ServedAnswers(of: try contents.disk())
    let names = contents.files.keys.filter { $0.contains(MetadataDirectory.name) }.sorted()
    #expect(names.contains { $0.hasSuffix(".checkpoint") })
    #expect(names.contains { $0.hasSuffix(".log") })
    try check(names, of: contents, against: whole, short: 12, long: 10_000)
  }

  private func check(
    _ names: [String], of contents: DirectoryContents, against whole: ServedAnswers, short: Int,
    long: Int
  ) throws {
    var random = SeededGenerator(seed: 7)
    for name in names {
      for bit in contents.bits(of: name, short: short, long: long, using: &random) {
        let found: ServedAnswers
        do {
          found = try ServedAnswers(of: try contents.disk(flipping: bit, of: name))
        } catch {
          let isTyped = error is BrokerError || error is LogError || error is RecordBatchError
          #expect(isTyped, "\(name): bit \(bit): \(error)")
          continue
        }
        if found == whole { continue }
        if name.hasSuffix(OffsetCheckpoint.Kind.logStart.rawValue), found.differInStarts(whole) {
          continue
        }
        let faults = try StoredDirectory.faults(on: contents.disk(flipping: bit, of: name))
        #expect(!faults.isEmpty, "\(name): bit \(bit % 8) of byte \(bit / 8)")
      }
    }
  }

  @Test("G09: any flipped bit of Kafka's metadata gives Kafka's metadata or a typed error")
  func kafkasMetadata() throws {
    let folder = GoldenData.folder.appending(path: "data/\(MetadataDirectory.name)").path()
    let contents = try DirectoryContents(
      of: folder, on: LocalFileSystem(), as: "data/\(MetadataDirectory.name)")
    let whole = try MetadataImageTests.replayed().image
    var random = SeededGenerator(seed: 8)
    for name in contents.files.keys.sorted() {
      for bit in contents.bits(of: name, short: 5, long: 2000, using: &random) {
        let disk = try contents.disk(flipping: bit, of: name)
        do throws(MetadataError) {
          var settings = MetadataLog.Settings()
          settings.isCleanlyClosed = true
          settings.recoveryPoint = 367
          let log = try MetadataLog.open(
            in: "data", on: disk, time: ManualTime(), settings: settings)
          let image = log.image
          #expect(image == whole, "\(name): bit \(bit % 8) of byte \(bit / 8)")
          try log.close()
        } catch { #expect(!error.reason.isEmpty) }
      }
    }
  }
}
