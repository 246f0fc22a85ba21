import Varve
import VarveBase

/// A bar on the standard error that shows how far long work is; nothing where that is no terminal.
struct ProgressBar {
  private static let width = 30
  private static let pause: UInt64 = 100_000_000

  private let label: String
  private let isShown = System.isTerminal(.error)
  private let time = SystemTime()
  private var drawnAt: UInt64 = 0
  private var isDrawn = false

  init(_ label: String) { self.label = label }

  /// - Parameter total: nil where it is not known, as of what a pipe brings.
  mutating func update(_ done: Int, of total: Int?, _ unit: String) {
    guard isShown else { return }
    let now = time.monotonicNanoseconds
    guard now - drawnAt >= Self.pause else { return }
    drawnAt = now
    isDrawn = true
    var line = "\r\(label) \(done) \(unit)"
    if let total, total > 0 {
      let share = min(1, Double(done) / Double(total))
      let filled = Int(share * Double(Self.width))
      let bar =
        String(repeating: "█", count: filled)
        + String(repeating: "░", count: Self.width - filled)
      line = "\r\(label) \(bar) \(Int(share * 100)) %"
    }
    draw(line)
  }

  /// Takes the bar away.
  mutating func end() {
    if isDrawn { draw("\r") }
    isDrawn = false
  }

  /// What stood in the line before is cleared to its end.
  private func draw(_ line: String) {
    try? System.writeAll(Array((line + "\u{1B}[K").utf8), to: .error)
  }
}
