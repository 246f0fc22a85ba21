import Foundation
import Testing
import Varve
import VarveTestKit

/// Every piece of Swift in README and in the articles for users stands in this folder too, between
/// `// snippet` and `// end`: so it compiles, and it runs here.
@Suite struct DocumentationTests {
  @Test("G66: the README program compiles and runs")
  func readme() async throws {
    let directory = try TemporaryDirectory()
    try await readmeProgram(directory: directory.path + "/data")
  }

  @Test func `the code of the articles runs`() async throws {
    let directory = try TemporaryDirectory()
    try await gettingStarted(directory: directory.path + "/data")
    let varve = try await Varve.open(directory.path + "/data")
    try await producing(varve)
    try await producerOptions(varve)
    try await consuming(varve) { _ in }
    try await steering(varve)
    try await consumerOptions(varve)
    try await consumingInGroup(varve) { _ in }
    try await groupsAtRest(varve)
    try await groupOptions(varve)
    try await varve.createTopic("accounts")
    try await varve.createTopic("invoices")
    try await transacting(varve)
    await #expect(throws: Refusal.self) { try await processing(varve) { _ in throw Refusal() } }
    try await lookingAtTransactions(varve)
    #expect(try await synchronousReading(varve) > 0)
    #expect(try await replaying(varve, from: 0, to: Timestamp(Int64.max)) > 10_000)
    try await looking(varve, noon: 0)
    try await errors(varve)
    try await codable(varve)
    try await serving(varve)
    try await connecting(varve)
    try await varve.close()
    try await operating(directory: directory.path + "/other")
  }

  private func codable(_ varve: Varve) async throws {
    let producer = try varve.producer()
    let receipt = try await producer.send(
      "orders", partition: 0, encoding: Order(apples: 2), with: JSON())
    var reader = try await varve.reader("orders", partition: 0, from: .offset(receipt.offset))
    let batch = try #require(try reader.next())
    let record = try #require(batch.first { _ in true })
    try await VarveTests.codable(producer, record)
  }

  @Test func `README and the articles show the code of this folder, and all of it`() throws {
    let snippets = try Self.snippets()
    #expect(snippets.count > 10)
    var shown: Set<String> = []
    for (document, blocks) in try Self.documents() {
      for block in blocks where !block.hasPrefix("// Package.swift") {
        #expect(snippets.contains(block), "\(document) shows code that is not compiled:\n\(block)")
        shown.insert(block)
      }
    }
    for snippet in snippets.subtracting(shown) {
      Issue.record("no document shows this code:\n\(snippet)")
    }
  }

  private static let here = URL(filePath: #filePath).deletingLastPathComponent()
  private static let root =
    here
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// The code between `// snippet` and `// end`, less its indentation.
  private static func snippets() throws -> Set<String> {
    var snippets: Set<String> = []
    for file in try FileManager.default.contentsOfDirectory(
      at: here, includingPropertiesForKeys: nil)
    where file.lastPathComponent != "DocumentationTests.swift" {
      let text = try String(contentsOf: file, encoding: .utf8)
      for match in text.matches(of: /(?m)^( *)\/\/ snippet\n((?:.*\n)*?) *\/\/ end\n/) {
        let indentation = match.output.1.count
        let lines = match.output.2.split(separator: "\n", omittingEmptySubsequences: false)
        snippets.insert(lines.map { String($0.dropFirst(indentation)) }.joined(separator: "\n"))
      }
    }
    return snippets
  }

  /// The blocks of Swift in README and the articles. They name a directory where the code of this
  /// folder has it as a parameter, and README's imports the module.
  private static func documents() throws -> [(name: String, blocks: [String])] {
    let folder = root.appending(path: "Sources/Varve/Varve.docc")
    let articles = try FileManager.default.contentsOfDirectory(
      at: folder, includingPropertiesForKeys: nil)
    let files = articles.filter { $0.pathExtension == "md" } + [root.appending(path: "README.md")]
    var documents: [(name: String, blocks: [String])] = []
    for file in files {
      let text = try String(contentsOf: file, encoding: .utf8)
      let blocks = text.matches(of: /(?m)^```swift\n((?:.*\n)*?)```/).map { match in
        String(match.output.1).replacing("import Varve\n\n", with: "")
          .replacing("\"data\"", with: "directory")
      }
      documents.append((file.lastPathComponent, blocks))
    }
    return documents
  }
}
