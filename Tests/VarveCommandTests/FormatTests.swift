import Testing

/// Goal: `--format` means what `kcat -f` makes of it. Method: a table, written from kcat's
/// `format.c` and its manual; one record that has everything and one that has nothing.
@Suite struct FormatTests {
  /// A format, and what it prints of the full and of the bare record.
  struct Row: CustomTestStringConvertible, Sendable {
    let format: String
    let full: [UInt8]
    let bare: [UInt8]
    init(_ format: String, _ full: String, _ bare: String) {
      self.init(format, bytes: Array(full.utf8), Array(bare.utf8))
    }
    init(_ format: String, bytes full: [UInt8], _ bare: [UInt8]) {
      (self.format, self.full, self.bare) = (format, full, bare)
    }
    var testDescription: String { format }
  }

  static let rows = [
    Row("%s|", "val|", "|"), Row("%v|", "val|", "|"), Row("%S|", "3|", "0|"),
    Row("%R", bytes: [0, 0, 0, 3], [0, 0, 0, 0]),
    Row("%k|", "key|", "|"), Row("%K|", "3|", "-1|"),
    Row("%T|", "1262304000000|", "1262304000001|"), Row("%o|", "0|", "1|"), Row("%p|", "0|", "0|"),
    Row("%t|", "t|", "t|"), Row("%h|", "a=1,b=,a=2|", "|"),
    Row("%%|", "%|", "%|"), Row("%%s|", "%s|", "%s|"), Row("no token", "no token", "no token"),
    Row("\\n\\r\\t", "\n\r\t", "\n\r\t"),
    // Hexadecimal after x; decimal, as strtoul has it, unless there is a leading zero.
    Row("\\x41\\x0a", "A\n", "A\n"), Row("\\65", "A", "A"), Row("\\0101", "A", "A"),
    Row("\\xff", bytes: [255], [255]),
    Row("\\x00|", bytes: [0, 124], [0, 124]),
    Row("\\\\n", "\\n", "\\n"), Row("\\q", "q", "q"), Row("a\\", "a\\", "a\\"),
    Row(
      "Topic %t [%p] at offset %o: key %k: %s\\n", "Topic t [0] at offset 0: key key: val\n",
      "Topic t [0] at offset 1: key : \n"),
    Row("", "", ""), Row("é%s", "éval", "é"),
  ]

  @Test("G58: a format prints what kcat's does", arguments: rows)
  func prints(row: Row) async throws {
    let program = try BuiltProgram()
    let made = try await program.shell(
      """
      set -e
      varve topic create t
      printf '1262304000000 key:val' |
        varve topic produce t --time-separator ' ' --key-separator : \\
          --header a=1 --header b= --header a=2
      printf '1262304000001 ' | varve topic produce t --time-separator ' '
      """)
    #expect(made.status == 0, "\(made.errors)")
    let quoted = "'" + row.format + "'"
    let full = try await program.shell("varve topic consume t --to 1 --format \(quoted)")
    let bare = try await program.shell("varve topic consume t --from 1 --format \(quoted)")
    #expect(full == .init(status: 0, output: row.full, errors: ""))
    #expect(bare == .init(status: 0, output: row.bare, errors: ""))
  }

  @Test(arguments: ["%q", "%", "%s%"])
  func `a token that there is not is refused before anything is opened`(format: String) async throws
  {
    let outcome = try await BuiltProgram().shell("varve topic consume t --format '\(format)'")
    #expect(outcome.status == 2)
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.contains("--format"))
  }
}
