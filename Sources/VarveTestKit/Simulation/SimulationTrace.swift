/// What happened in a simulation, one line an event, behind the times of both clocks. A seed that
/// is run twice leaves the same bytes.
package struct SimulationTrace: Hashable, Sendable, CustomStringConvertible {
  package private(set) var bytes: [UInt8] = []

  package init() {}

  package mutating func append(_ line: String, at clock: VirtualClock) {
    bytes += "\(clock.milliseconds) \(clock.now) \(line)\n".utf8
  }

  package var description: String { String(decoding: bytes, as: UTF8.self) }

  /// The first line in which two traces differ, of each; nil for an end, or where they are equal.
  package func firstDifference(from other: SimulationTrace) -> (mine: String?, theirs: String?)? {
    let mine = description.split(separator: "\n")
    let theirs = other.description.split(separator: "\n")
    for index in 0..<max(mine.count, theirs.count) {
      let pair = (
        mine: index < mine.count ? String(mine[index]) : nil,
        theirs: index < theirs.count ? String(theirs[index]) : nil
      )
      if pair.mine != pair.theirs { return pair }
    }
    return nil
  }
}
