import Testing
import VarveServer

/// Goal: JSON is read as RFC 8259 has it, and nothing that could be read in two ways. Method:
/// tables.
@Suite struct JSONReaderTests {
  @Test(
    arguments: [
      ("null", JSONValue.null), (" true ", .boolean(true)), ("false", .boolean(false)),
      ("0", .number(0)), ("-0.5e+2", .number(-50)), ("1300819380", .number(1_300_819_380)),
      ("1E-2", .number(0.01)), (#""""#, .text("")),
      (#""a\"\\\/\b\f\n\r\té""#, .text("a\"\\/\u{8}\u{C}\n\r\té")),
      (#""\u00e9\uD83D\uDE00""#, .text("é😀")), ("[]", .array([])), ("{}", .object([:])),
      ("\t[ 1 ,\r\n\"x\" ] ", .array([.number(1), .text("x")])),
      (
        #"{ "a" : {"b":[null]} , "":1}"#,
        .object(["a": .object(["b": .array([.null])]), "": .number(1)])
      ),
    ] as [(String, JSONValue)])
  func `what is JSON is read`(text: String, expected: JSONValue) throws {
    #expect(try JSONReader.value(of: Array(text.utf8)) == expected)
  }

  static let wrong = [
    "", " ", "nul", "True", "01", "-", "+1", ".5", "1.", "1e", "1e+", "0x1", "NaN", "1e999", "[1,]",
    "[,1]", "[1 2]", "[", "]", "{", "{]", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, "{a:1}", "{'a':1}",
    #"{1:1}"#, #"{"a":1 "b":2}"#, #"{"a":1,"a":1}"#, #"{"a":1,"\u0061":2}"#, "\"", #""\x""#,
    #""\u12""#, #""\uZZZZ""#, #""\uD800""#, #""\uDC00""#, #""\uD800\u0041""#, "\"\u{1}\"",
    "\"\n\"", "1 1", "{}{}", "// x\n1", "\u{FEFF}1",
    String(repeating: "[", count: 17)
      + String(repeating: "]", count: 17), String(repeating: "[", count: 100_000),
  ]

  @Test(arguments: wrong)
  func `what is not, or could be read in two ways, is refused`(text: String) {
    #expect(throws: JSONReader.Fault.self) { try JSONReader.value(of: Array(text.utf8)) }
  }

  @Test func `bytes that are no UTF-8 are refused`() {
    for bytes: [UInt8] in [
      [0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22],
    ] {
      #expect(throws: JSONReader.Fault.self) { try JSONReader.value(of: bytes) }
    }
  }
}
