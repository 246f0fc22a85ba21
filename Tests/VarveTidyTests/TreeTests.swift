import Foundation
import Testing

/// The rules of `Layering`, `Sizes`, `BannedWords`, `Fences` and `Housekeeping` hold in this tree.
/// That each rule can fail is shown in `PlantedTests`.
@Suite struct TreeTests {
  @Test func `the tree is found`() {
    #expect(SourceTree.files.count > 10)
    #expect(SourceTree.files.contains { $0.path == "Package.swift" })
  }

  @Test func `imports point down only`() { expectNone(of: Layering.rule) }

  @Test func `files are short`() { expectNone(of: Sizes.files) }

  @Test func `lines are short`() { expectNone(of: Sizes.columns) }

  @Test func `functions are short`() { expectNone(of: Sizes.functions) }

  @Test(arguments: BannedWord.all.map(\.word))
  func `no banned word is used`(word: String) throws {
    expectNone(of: try #require(BannedWord.all.first { $0.word == word }).rule)
  }

  @Test func `pointers stay behind their fence`() { expectNone(of: Fences.pointers) }

  @Test func `the fence names no file that does without pointers`() {
    let users = SourceTree.files.filter { Fences.firstPointer(in: $0) != nil }.map(\.path)
    #expect(Set(Fences.pointerFiles.keys).subtracting(users) == [])
  }

  @Test func `unchecked sendability is argued for`() { expectNone(of: Fences.safety) }

  @Test func `nothing is declared that nothing uses`() {
    let deadCode = DeadCode(SourceTree.files)
    expectNone(of: Rule { deadCode.findings(in: $0) })
  }

  @Test func `placeholders are gone once there is something to hold`() {
    #expect(Housekeeping.deadPlaceholders(in: SourceTree.files.map(\.path)) == [])
  }

  @Test func `the file map names every file, and none that is gone`() throws {
    let map = try #require(SourceTree.text("Sources/VarveLog/VarveLog.docc/FileMap.md"))
    let files = FileMap.names(ofFiles: SourceTree.files.map(\.path))
    #expect(FileMap.names(inMap: map).symmetricDifference(files).sorted() == [])
  }

  @Test func `the top level holds what the design names`() throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: SourceTree.root.path)
    #expect(Housekeeping.strays(in: names) == [])
  }

  @Test func `the README lists the package's traits`() throws {
    let package = try #require(SourceTree.text("Package.swift"))
    let readme = try #require(SourceTree.text("README.md"))
    let traits = Housekeeping.traits(inPackage: package)
    #expect(!traits.isEmpty)
    #expect(Housekeeping.traits(inReadme: readme) == traits)
  }

  @Test(
    .enabled(
      if: SourceTree.text("../shared/GOALS.md") != nil, "the goals are not beside this clone"))
  func `a test that names a goal names one that exists`() throws {
    let goals = Housekeeping.goals(definedIn: try #require(SourceTree.text("../shared/GOALS.md")))
    #expect(goals.count > 100)
    for file in SourceTree.files where file.isTest && file.target != "VarveTidyTests" {
      let shown = Housekeeping.goals(shownIn: file.lines.joined(separator: "\n"))
      #expect(shown.subtracting(goals) == [], "\(file.path)")
    }
  }

  @Test func `S10: each cell that compares queue, topic and group names a test that there is`()
    throws
  {
    let article = try #require(SourceTree.text("\(Self.patterns)/PublishSubscribe.md"))
    #expect(Comparison.cells(in: article).count >= 24)
    #expect(Comparison.unshown(in: article, by: Self.shown) == [])
  }

  @Test(arguments: ["Patterns", "PublishSubscribe", "ChoosingADesign"])
  func `a test that an article names is there`(article: String) throws {
    let text = try #require(SourceTree.text("\(Self.patterns)/\(article).md"))
    #expect(Comparison.ids(in: text).subtracting(Self.shown) == [])
  }

  private static let patterns = "Sources/VarveQueues/VarveQueues.docc"

  /// The rows of the goals that tests name, but for those that are planted.
  private static let shown = SourceTree.files
    .filter { $0.isTest && !$0.path.hasSuffix("/PlantedTests.swift") }
    .reduce(into: Set<String>()) { shown, file in
      shown.formUnion(Housekeeping.goals(shownIn: file.lines.joined(separator: "\n")))
    }

  private func expectNone(of rule: Rule, sourceLocation: SourceLocation = #_sourceLocation) {
    let findings = SourceTree.findings(of: rule)
    #expect(
      findings.isEmpty, "\(findings.map(\.description).joined(separator: "\n"))",
      sourceLocation: sourceLocation)
  }
}
