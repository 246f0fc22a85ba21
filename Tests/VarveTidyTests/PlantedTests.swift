import Testing

/// Each rule finds what breaks it, planted in a made-up file, and lets pass what does not.
@Suite struct PlantedTests {
  @Test(arguments: [
    ("Sources/VarveLog/A.swift", "internal import VarveBroker"),
    ("Sources/VarveBase/A.swift", "import Foundation"),
    ("Sources/VarveBase/A.swift", "package import VarveLog"),
    ("Sources/VarveLog/A.swift", "private import struct Glibc.stat"),
    ("Sources/Varve/A.swift", "@preconcurrency public import VarveTestKit"),
    ("Sources/VarveNew/A.swift", "let a = 1"),
  ])
  func `an import that points up is found`(path: String, text: String) {
    #expect(Layering.rule.findings(in: text, at: path).count == 1)
  }

  @Test(arguments: [
    ("Sources/VarveLog/A.swift", "package import VarveBase\ninternal import Synchronization"),
    ("Sources/VarveLog/A.swift", "#if LZ4\n  internal import CLZ4\n#endif"),
    ("Benchmarks/A.swift", "import Foundation"),
    ("Sources/VarveCommand/A.swift", "import Dispatch"),
    ("Sources/VarveBase/A.swift", "// import VarveLog"),
    ("Sources/VarveBase/A.swift", "/// See what they import Foundation for."),
  ])
  func `an import that points down passes`(path: String, text: String) {
    #expect(Layering.rule.findings(in: text, at: path).isEmpty)
  }

  @Test(arguments: [("Sources/VarveLog/A.swift", 400), ("Tests/VarveLogTests/A.swift", 600)])
  func `a long file is found`(path: String, limit: Int) {
    let text = String(repeating: "let a = 1\n", count: limit)
    #expect(Sizes.files.findings(in: text, at: path).isEmpty)
    #expect(Sizes.files.findings(in: text + "let b = 1\n", at: path).count == 1)
  }

  @Test func `a long line is found`() {
    let line = "// " + String(repeating: "a", count: 97)
    #expect(Sizes.columns.findings(in: line).isEmpty)
    #expect(Sizes.columns.findings(in: "\n" + line + "a").map(\.line) == [2])
  }

  @Test(arguments: [
    "func long(a: Int = { 1 }()) throws -> Int where A: B {", "init?() {", "deinit {",
    "subscript(a: Int) -> Int {", "@Test func `one { brace`() {",
  ])
  func `a long function is found`(head: String) {
    let body = String(repeating: "    work(\"}\")  // }\n", count: 48)
    let text = "struct A {\n  \(head)\n\(body)  }\n}\n"
    #expect(Sizes.functions.findings(in: text).isEmpty)
    let longer = text.replacing("  }\n}", with: "    self.init()\n  }\n}")
    #expect(Sizes.functions.findings(in: longer).map(\.line) == [2])
  }

  @Test func `a requirement is not taken for the function behind it`() {
    let body = String(repeating: "  let a = 1\n", count: 60)
    let text = "protocol A {\n  func a()\n  init()\n}\nstruct B {\n\(body)}\n"
    #expect(Sizes.functions.findings(in: text).isEmpty)
  }

  @Test(arguments: [
    ("try!", "let a = try! b()", "Sources/VarveLog/A.swift"),
    ("as!", "let a = b as! C", "Sources/VarveLog/A.swift"),
    ("fatalError", "fatalError(\"no\")", "Sources/VarveLog/A.swift"),
    ("nonisolated(unsafe)", "nonisolated(unsafe) var a = 1", "Sources/VarveLog/A.swift"),
    ("@testable", "@testable import VarveLog", "Tests/VarveLogTests/A.swift"),
    ("print", "  print(a)", "Sources/VarveLog/A.swift"),
    ("print", "if a { debugPrint(a) }", "Tests/VarveLogTests/A.swift"),
    ("Foundation", "internal import Foundation", "Sources/VarveTestKit/A.swift"),
    ("sleeping", "try await Task.sleep(for: .seconds(1))", "Tests/VarveTests/A.swift"),
    ("skipped test", "@Test(.disabled(\"flaky\")) func a() {}", "Tests/VarveTests/A.swift"),
    ("to-do", "// TODO: later", "Sources/VarveLog/A.swift"),
    ("to-do", "let a = 1 /* FIXME */", "Tests/VarveTests/A.swift"),
  ])
  func `a banned word is found`(word: String, text: String, path: String) throws {
    let rule = try #require(BannedWord.all.first { $0.word == word }).rule
    #expect(rule.findings(in: text, at: path).count == 1)
  }

  @Test func `every banned word has been planted`() {
    let planted: Set<String> = [
      "try!", "as!", "fatalError", "nonisolated(unsafe)", "@testable", "print", "Foundation",
      "sleeping", "skipped test", "to-do",
    ]
    #expect(Set(BannedWord.all.map(\.word)) == planted)
  }

  @Test(arguments: [
    ("let a = \"try! fatalError(x)\"", "Sources/VarveLog/A.swift"),
    ("// never fatalError(x), never print(x)", "Sources/VarveLog/A.swift"),
    ("report.print(a)\nfunc blueprint() {}", "Sources/VarveLog/A.swift"),
    ("print(a)", "Sources/VarveCommand/A.swift"),
    ("import Foundation", "Tests/VarveTests/A.swift"),
    ("try await Task.sleep(for: pace)", "Sources/Varve/A.swift"),
    ("let a = #\"\"\"\n  \"\"\" print(a)\n\"\"\"#", "Sources/VarveLog/A.swift"),
    ("/* a /* print(b) */ fatalError(c) */", "Sources/VarveLog/A.swift"),
  ])
  func `words in strings, comments and other places pass`(text: String, path: String) {
    for word in BannedWord.all { #expect(word.rule.findings(in: text, at: path).isEmpty) }
  }

  @Test func `code inside an interpolation is code`() throws {
    let rule = try #require(BannedWord.all.first { $0.word == "try!" }).rule
    #expect(rule.findings(in: #"let a = "b \(try! c(")")) d""#).count == 1)
  }

  @Test(arguments: [
    "let a = unsafe b.pointee", "func a(_ b: UnsafeRawPointer) {}",
    "typealias A = UnsafeMutableBufferPointer<Int>",
  ])
  func `a pointer outside the fence is found`(text: String) {
    #expect(Fences.pointers.findings(in: text).count == 1)
    #expect(Fences.pointers.findings(in: text, at: "Tests/VarveTests/A.swift").isEmpty)
    #expect(Fences.pointers.findings(in: text, at: "Sources/VarveBase/ByteSlice.swift").isEmpty)
  }

  @Test func `unchecked sendability without an argument is found`() {
    let claim = "final class A: @unchecked Sendable {\n"
    let far = String(repeating: "\n", count: Fences.safetyLines)
    #expect(Fences.safety.findings(in: claim + "  // Safety: constant.\n}").isEmpty)
    #expect(Fences.safety.findings(in: "// Safety: constant.\n" + claim + "}").isEmpty)
    #expect(Fences.safety.findings(in: claim + "}").count == 1)
    #expect(Fences.safety.findings(in: claim + "  // Safety:\n}").count == 1)
    #expect(Fences.safety.findings(in: claim + far + "// Safety: constant.\n}").count == 1)
  }

  @Test func `a declaration that nothing uses is found`() {
    let text = "struct Used { let dead = 1 }\nfunc idle() {}  // idle dead\nlet a = Used()"
    let files = [
      SourceFile(path: "Sources/VarveLog/A.swift", text: text),
      SourceFile(path: "Tests/VarveLogTests/A.swift", text: "let b = a\nlet c = \"idle\""),
    ]
    let findings = files.flatMap(DeadCode(files).findings)
    #expect(findings.map(\.message) == ["dead is used nowhere", "idle is used nowhere"])
  }

  @Test func `a placeholder beside a real file is found`() {
    let alone = ["Sources/A/Placeholder.swift", "Sources/B/Real.swift"]
    #expect(Housekeeping.deadPlaceholders(in: alone) == [])
    #expect(
      Housekeeping.deadPlaceholders(in: alone + ["Sources/A/Deep/Real.swift"])
        == ["Sources/A/Placeholder.swift"])
  }

  @Test func `names are read from paths and from the file map`() {
    let paths = ["Sources/A/Segment+Read.swift", "Sources/A/B/Log.swift", "Tests/A/C.swift"]
    #expect(FileMap.names(ofFiles: paths) == ["Segment", "Log"])
    let map = "`Aside`\n| to … | `Start` |\n| `Segment`, `Log+Read` | see `Other` |"
    #expect(FileMap.names(inMap: map) == ["Segment", "Log"])
  }

  @Test func `a stray at the top is found`() {
    #expect(Housekeeping.strays(in: ["Sources", ".git", "LICENSE", "notes.txt"]) == ["notes.txt"])
  }

  @Test func `traits are read from the package and from the README`() {
    let package = ".trait(name: \"LZ4\", description: \"\"),\n.trait(name: \"Zstd\")"
    #expect(Housekeeping.traits(inPackage: package) == ["LZ4", "Zstd"])
    let readme = "a `Zlib`\n\n| trait | on |\n| --- | --- |\n| `LZ4` | yes |\n| `Zstd` | no |\n\n#"
    #expect(Housekeeping.traits(inReadme: readme) == ["LZ4", "Zstd"])
  }

  @Test func `goals are read from display names and from the goals`() {
    let test =
      "@Test(\"G03, S06: a lookup\") func a() {}\n@Suite(\"G99: b\") // G77\n@Test(\"c G01\")"
    #expect(Housekeeping.goals(shownIn: test) == ["G03", "S06", "G99"])
    let named = "@Test func `S25, G66: a sentence`() {}\nlet `S01` = \"func S02\"\nfunc `c G01`()"
    #expect(Housekeeping.goals(shownIn: named) == ["S25", "G66"])
    let goals = "\n| id | capability |\n| --- | --- |\n| S06 | durable |\n| G03 | lookup |\nG99"
    #expect(Housekeeping.goals(definedIn: goals) == ["S06", "G03"])
  }

  @Test func `a cell of the comparison without a test is found`() {
    let table = """
      | | one | ids |
      | --- | --- | --- |
      | other | none | S99 |

      | | queue | topic | consumer group |
      | --- | --- | --- | --- |
      | who gets it | one (S07) | all (S08, G01) | |
      | order | by priority | by partition (S99) | by key (S09) |

      | | queue |
      | later | none |
      """
    #expect(Comparison.cells(in: table).count == 6)
    #expect(
      Comparison.unshown(in: table, by: ["S07", "S08", "S09", "G01"])
        == ["who gets it: ", "order: by priority", "order: by partition (S99)"])
    #expect(Comparison.cells(in: "| | one |").isEmpty)
  }

  @Test func `a row that an article names is read from its text`() {
    #expect(Comparison.ids(in: "S07, (G33) in S100 and GS01, `S25`") == ["S07", "G33", "S25"])
  }
}
