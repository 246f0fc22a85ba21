import Foundation
import Testing
import VarveTestKit

/// Goal: the manual page says of every command what its help says. Method: what `--help` prints of
/// each is looked for in the page, with `man`'s own escapes undone; where a formatter is installed,
/// it has nothing to complain of.
@Suite struct ManPageTests {
  private static func page() async throws -> String {
    let outcome = try await BuiltProgram().shell("varve help --man")
    #expect(outcome.status == 0 && outcome.errors == "")
    return outcome.text
  }

  /// The words of a text, without what `man` needs.
  private static func words(_ text: some StringProtocol) -> [Substring] {
    String(text).replacing("\\-", with: "-").replacing("\\e", with: "\\").replacing("\\&", with: "")
      .replacing("…", with: "...").split { $0 == " " || $0 == "\n" }
  }

  @Test("G58: every command has a section, with its options and examples")
  func sections() async throws {
    let program = try BuiltProgram()
    let page = try await Self.page()
    let overview = try await program.shell("varve help").text
    let names = overview.matches(of: /(?m)^  ([a-z]+(?: [a-z]+)?)  +[A-Z]/).map { $0.output.1 }
    #expect(names.count >= 17)
    let sections = page.components(separatedBy: "\n.SS ").dropFirst().map {
      String($0.prefix(while: { $0 != "\n" })) + "\n" + $0
    }
    #expect(sections.count == names.count)
    for (name, section) in zip(names, sections) {
      let help = try await program.shell("varve \(name) --help").text
      let present = Set(Self.words(section))
      let headings: Set<Substring> = ["Usage:", "Arguments:", "Options:", "Examples:", "#"]
      // A sentence gets its full stop there, and a purpose its capital and colon.
      let lines = help.split(separator: "\n").filter { !$0.hasPrefix("  # ") }
      for (index, line) in lines.enumerated() {
        let words = index == 0 ? Self.words(line + ".") : Self.words(line)
        for word in words where !headings.contains(word) {
          #expect(present.contains(word), "\(name): \(word)")
        }
      }
      #expect(Self.words(section).starts(with: ["varve"] + Self.words(name)))
    }
  }

  @Test("G58: no line of the page is taken for a request that it is not")
  func requests() async throws {
    let known = [
      ".TH", ".SH", ".SS", ".PP", ".TP", ".B", ".I", ".RI", ".BR", ".nf", ".fi", ".RS", ".RE",
    ]
    for line in try await Self.page().split(separator: "\n")
    where line.hasPrefix(".") || line.hasPrefix("'") {
      #expect(known.contains(String(line.prefix { $0 != " " })), "\(line)")
    }
  }

  private static let formatter = ["/usr/bin/groff", "/usr/bin/mandoc"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }

  @Test("a formatter has nothing to complain of", .enabled(if: formatter != nil))
  func formats() async throws {
    let command = Self.formatter == "/usr/bin/groff" ? "groff -man -Tutf8 -ww -z" : "mandoc -T lint"
    let outcome = try await BuiltProgram().shell("varve help --man | \(command)")
    #expect(outcome.status == 0 && outcome.errors == "" && outcome.text == "")
  }
}
