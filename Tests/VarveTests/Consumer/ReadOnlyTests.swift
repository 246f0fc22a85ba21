import Testing
import Varve
import VarveBase
import VarveTestKit

/// A directory that is open for writing, opened again for reading: as another process does it.
@Suite struct ReadOnlyTests {
  @Test("G15: a reader without the lock follows the writer and sees every record, in order")
  func follows() async throws {
    let subject = try VarveUnderTest()
    try await subject.varve.createTopic("numbers")
    try await ConsumerTests.send(0..<50, to: subject.varve)
    let reader = try await Varve.openReadOnly(subject.directory.path + "/data")
    #expect(try await reader.topics().map(\.name.description) == ["numbers"])
    #expect(try await reader.describeTopic("numbers").partitions.map(\.endOffset) == [50])
    let consumer = try await reader.consumer(topics: ["numbers"])
    let varve = subject.varve
    let writing = Task { try await ConsumerTests.send(50..<200, to: varve) }
    var seen: [Int] = []
    while seen.count < 200 {
      seen += ConsumerTests.values(try #require(try await consumer.next()))
    }
    #expect(seen == Array(0..<200))
    try await writing.value
    try await reader.close()
    try await subject.varve.close()
  }

  @Test func `what would change something is refused`() async throws {
    let subject = try VarveUnderTest()
    try await subject.varve.createTopic("numbers")
    let reader = try await Varve.openReadOnly(subject.directory.path + "/data")
    let creating = await #expect(throws: VarveError.self) {
      try await reader.createTopic("another")
    }
    #expect(creating?.code == .readOnly)
    let sending = await #expect(throws: VarveError.self) {
      try await ConsumerTests.send(0..<1, to: reader)
    }
    #expect(sending?.code == .readOnly)
    let nowhere = await #expect(throws: VarveError.self) {
      try await Varve.openReadOnly(subject.directory.path)
    }
    #expect(nowhere?.code == .foreignFile)
    try await subject.varve.close()
  }
}
