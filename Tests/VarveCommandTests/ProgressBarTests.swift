import Foundation
import Testing
import VarveTestKit

/// Goal: long work shows how far it is where somebody looks, and nothing else. Method: `script`
/// gives the program a terminal. The first look at how far it is comes after 1,024 lines, when one
/// piece of the input was read: what stands there is known.
@Suite struct ProgressBarTests {
  private static let hasTerminal = FileManager.default.isExecutableFile(atPath: "/usr/bin/script")

  @Test(
    "G58: a bar on a terminal says how far it is, and is gone at the end",
    .enabled(if: hasTerminal))
  func bar() async throws {
    let outcome = try await BuiltProgram().shell(
      """
      varve topic create t
      seq 100000 > lines
      script -qec 'varve topic produce t --file lines' /dev/null < /dev/null
      """)
    #expect(outcome.status == 0)
    // 262,144 of 588,895 bytes.
    let share = String(repeating: "█", count: 13) + String(repeating: "░", count: 17) + " 44 %"
    #expect(outcome.text.hasPrefix("\rproduce \(share)\u{1B}[K"))
    #expect(outcome.text.hasSuffix("\r\u{1B}[K"))
  }

  @Test("G58: of what comes through a pipe it says how much", .enabled(if: hasTerminal))
  func count() async throws {
    let outcome = try await BuiltProgram().shell(
      """
      varve topic create t
      seq 5000 > lines
      script -qec 'cat lines | varve topic produce t' /dev/null < /dev/null
      """)
    #expect(outcome.status == 0)
    #expect(outcome.text.hasPrefix("\rproduce 1024 records\u{1B}[K"))
    #expect(outcome.text.hasSuffix("\r\u{1B}[K"))
  }

  @Test func `nothing is drawn where nobody looks`() async throws {
    let outcome = try await BuiltProgram().shell(
      "varve topic create t; seq 5000 > lines; varve topic produce t --file lines")
    #expect(outcome.errors == "" && outcome.text == "")
  }
}
