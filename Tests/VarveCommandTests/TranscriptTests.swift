import Foundation
import Testing

/// Goal: every command says and does what its transcript shows, to the letter, with its exit code.
/// `VARVE_RECORD=1 swift test --filter TranscriptTests` writes what is said now, to be reviewed.
@Suite struct TranscriptTests {
  @Test("G58: a session is as its transcript has it", arguments: Transcript.names)
  func session(name: String) async throws {
    let transcript = Transcript(name)
    let session = try await transcript.replayed()
    if ProcessInfo.processInfo.environment["VARVE_RECORD"] != nil {
      try session.write(toFile: transcript.path, atomically: true, encoding: .utf8)
    }
    let (wanted, got) = (try lines(transcript.text), lines(session))
    for (index, (wanted, got)) in zip(wanted, got).enumerated() where wanted != got {
      Issue.record("\(name):\(index + 1)\n  wanted: \(wanted)\n  got:    \(got)")
      return
    }
    #expect(wanted.count == got.count, "\(name)")
  }

  private func lines(_ text: String) -> [Substring] {
    text.split(separator: "\n", omittingEmptySubsequences: true)
  }
}
