import Foundation
import Testing
import Varve
import VarveQueues
import VarveTestKit

/// Every piece of Swift in the module's articles stands in a folder of tests too, between
/// `// snippet` and `// end`: so it compiles, and it runs here.
@Suite(.timeLimit(.hang)) struct ArticleTests {
  @Test func `the code of the articles runs`() async throws {
    try await Door.inProcess.with { varve in
      for topic in ["orders", "charges", "prices"] { try await varve.createTopic(topic) }
      try await settingValues(varve)
      #expect(try await varve.store("stock", values: .text).value(for: "apples")?.value == "4")
      for _ in 0..<2 {
        let receipt = try await keepingResponses(varve) { "receipt of \($0)" }
        #expect(receipt == "receipt of order-4711")
      }
      try await Self.askAndAnswer(varve)
      try await Self.handle(varve)
    }
  }

  private static func askAndAnswer(_ varve: Varve) async throws {
    let server = Task { try await answering(varve, ["apples": "3 a pound"]) }
    try await asking(varve) { #expect(["3 a pound", "nobody knows at the moment"].contains($0)) }
    server.cancel()
    _ = await server.result
  }

  private static func handle(_ varve: Varve) async throws {
    let producer = try varve.producer()
    for _ in 0..<2 { try await sendingWithIDs(producer) }
    let seen = Seen<String>()
    let running = [
      Task { try await handlingOnce(varve) },
      Task { try await publishing(varve, to: ["a", "b"]) { group, _ in seen.add(group) } },
      Task { try await sharing(varve) { _ in seen.add("shared") } },
    ]
    await seen.reach(6)
    let counts = Dictionary(grouping: seen.all) { $0 }.mapValues(\.count)
    #expect(counts == ["a": 2, "b": 2, "shared": 2])
    let consumer = try await varve.consumer(topics: ["charges"], from: .earliest)
    let first = try #require(try await consumer.next())
    #expect(first.compactMap(\.text) == ["2 apples"])
    consumer.close()
    for task in running { task.cancel() }
    for task in running { _ = await task.result }
  }

  @Test func `the articles show the code of the tests, and all of it`() throws {
    let shown = try Self.blocks(
      in: "Sources/VarveQueues/VarveQueues.docc", suffix: "md",
      /(?m)^()```swift\n((?:.*\n)*?)```/)
    let folders = ["VarveQueuesTests", "VarveQueuesAdapterTests"]
    let written = try folders.reduce(into: Set<String>()) { blocks, folder in
      let found = try Self.blocks(
        in: "Tests/\(folder)/Documentation", suffix: "Code.swift",
        /(?m)^( *)\/\/ snippet\n((?:.*\n)*?) *\/\/ end\n/)
      blocks.formUnion(found)
    }
    #expect(shown.count > 5)
    #expect(shown.symmetricDifference(written) == [])
  }

  private static let root =
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// What a pattern finds in a folder's files, less its indentation.
  private static func blocks(
    in folder: String, suffix: String, _ pattern: Regex<(Substring, Substring, Substring)>
  ) throws -> Set<String> {
    var blocks: Set<String> = []
    for file in try FileManager.default.contentsOfDirectory(
      at: root.appending(path: folder), includingPropertiesForKeys: nil)
    where file.lastPathComponent.hasSuffix(suffix) {
      for match in try String(contentsOf: file, encoding: .utf8).matches(of: pattern) {
        let indentation = match.output.1.count
        let lines = match.output.2.split(separator: "\n", omittingEmptySubsequences: false)
        blocks.insert(lines.map { String($0.dropFirst(indentation)) }.joined(separator: "\n"))
      }
    }
    return blocks
  }
}
