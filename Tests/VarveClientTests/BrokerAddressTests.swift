import Testing
import VarveClient

@Suite struct BrokerAddressTests {
  @Test(arguments: [
    ("127.0.0.1:9092", "127.0.0.1", 9092), ("kafka-1.example.org:1", "kafka-1.example.org", 1),
    ("[::1]:65535", "::1", 65_535),
  ])
  func `an address is a host and a port`(text: String, host: String, port: UInt16) throws {
    let address = try BrokerAddress(text)
    #expect(address == BrokerAddress(host: host, port: port))
    #expect(address.description == text)
  }

  @Test(arguments: [
    "", "9092", ":9092", "host", "host:", "host:0", "host:65536", "host:+1", "host: 1", "::1:9092",
    "[]:1", "host:٣",
  ])
  func `what is no address is refused`(text: String) {
    #expect(throws: ClientError.self) { try BrokerAddress(text) }
    #expect(throws: ClientError.self) { try BrokerAddress.list("host:1,\(text)") }
  }

  @Test func `a list has commas between`() throws {
    #expect(try BrokerAddress.list("a:1,[::1]:2").map(\.description) == ["a:1", "[::1]:2"])
  }
}
