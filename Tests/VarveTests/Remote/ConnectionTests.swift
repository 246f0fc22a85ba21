import Testing
import Varve
import VarveTestKit

/// What becomes of those who are connected when the server goes away.
@Suite(.timeLimit(.hang)) struct ConnectionTests {
  private static func impatient() -> Varve.ConnectOptions {
    var options = Varve.ConnectOptions()
    options.requestTimeout = .seconds(5)
    return options
  }

  private static var idempotent: Producer.Options {
    var options = Producer.Options()
    options.isIdempotent = true
    return options
  }

  @Test("G67: producers, consumers and questions go on after the server was away")
  func restart() async throws {
    let log = try VarveUnderTest()
    let service = try await log.varve.serve(port: 0)
    let remote = try await Varve.connect(to: service.address, options: Self.impatient())
    try await remote.createTopic("orders")
    let producer = try remote.producer(options: Self.idempotent)
    let consumer = try await remote.consumer(topics: ["orders"])
    try await producer.send("orders", value: "1")
    #expect(try await consumer.next()?.map(\.text) == ["1"])

    await service.stop()
    let back = Task {
      _ = try await log.varve.serve(port: service.port)
    }
    try await producer.send("orders", value: "2")
    #expect(try await consumer.next()?.map(\.text) == ["2"])
    #expect(try await remote.topics().map(\.name.description) == ["orders"])
    #expect(try await log.varve.records("orders").map(\.text) == ["1", "2"])
    try await back.value
    try await remote.close()
    try await log.varve.close()
  }

  @Test func `who asks while nobody is there is told so`() async throws {
    let log = try VarveUnderTest()
    try await log.varve.createTopic("orders")
    let service = try await log.varve.serve(port: 0)
    let remote = try await Varve.connect(to: service.address, options: Self.impatient())
    let producer = try remote.producer()
    try await producer.send("orders", value: "1")
    var reader = try await remote.reader("orders", partition: 0, from: .earliest)
    #expect(try reader.next()?.map(\.text) == ["1"])
    await service.stop()

    let sending = await failure { () async throws(VarveError) in
      _ = try await producer.send("orders", value: "2")
    }
    #expect(sending?.code == .unavailable || sending?.code == .unknownOutcome)
    var reading: VarveError?
    do throws(VarveError) { _ = try reader.next() } catch { reading = error }
    #expect(reading?.code == .unavailable)
    #expect(reading?.message.contains(service.address) == true)
    try await remote.close()
    try await log.varve.close()
  }

  @Test func `an address where nobody is, or that is none, is refused`() async throws {
    let log = try VarveUnderTest()
    let service = try await log.varve.serve(port: 0)
    let address = service.address
    await service.stop()
    func code(_ addresses: String) async -> VarveError.Code? {
      await failure { () async throws(VarveError) in
        _ = try await Varve.connect(to: addresses, options: Self.impatient())
      }?.code
    }
    #expect(await code(address) == .unavailable)
    #expect(await code("\(address),\(address)") == .unavailable)
    #expect(await code("nowhere") == .invalidArgument)
    let again = try await log.varve.serve(port: 0)
    let remote = try await Varve.connect(to: "\(address),\(again.address)")
    #expect(try await remote.topics().isEmpty)
    try await remote.close()
    try await log.varve.close()
  }

  @Test func `a closed door says so`() async throws {
    let log = try VarveUnderTest()
    try await log.varve.createTopic("orders")
    let service = try await log.varve.serve(port: 0)
    let remote = try await Varve.connect(to: service.address)
    let consumer = try await remote.consumer(topics: ["orders"])
    let waiting = Task { () async throws(VarveError) in try await consumer.next() }
    try await remote.close()
    await #expect(throws: VarveError.self) { _ = try await waiting.value }
    #expect(
      await failure { () async throws(VarveError) in _ = try await remote.topics() }?.code
        == .closed)
    try await log.varve.close()
  }
}
