internal import VarveProtocol

/// The versions of messages that a broker speaks.
struct BrokerVersions: Sendable {
  private let ranges: [Int16: ClosedRange<Int16>]

  init(_ response: ApiVersionsResponse) {
    var ranges: [Int16: ClosedRange<Int16>] = [:]
    for api in response.apis where api.lowest <= api.highest {
      ranges[api.key] = api.lowest...api.highest
    }
    self.ranges = ranges
  }

  /// The highest version of a message that is among those asked for and that the broker speaks. Nil
  /// where there is none.
  func common(_ key: Int16, among asked: ClosedRange<Int16>) -> Int16? {
    guard let spoken = ranges[key], spoken.overlaps(asked) else { return nil }
    return min(spoken.upperBound, asked.upperBound)
  }
}
