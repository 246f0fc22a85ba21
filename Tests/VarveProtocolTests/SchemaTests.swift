import Foundation
import Testing
import VarveProtocol

/// Goal: our field lists are Kafka's. Method: a table of facts that is not part of the project;
/// where it is not at hand the golden records are all there is.
struct SchemaTests {
  static let directory = "/work/shared/kafka-protocol"
  static let facts = ["records", "requests-responses"].map { "\(directory)/\($0).jsonl" }
  static let haveFacts = facts.allSatisfy { FileManager.default.fileExists(atPath: $0) }

  @Test(.enabled(if: haveFacts, "the tables of Kafka's schemas in \(directory) are not at hand"))
  func `every version of every message has Kafka's fields, types and defaults`() throws {
    let schemas = try Self.facts.map(KafkaSchema.load).reduce(into: [:]) {
      $0.merge($1) { first, _ in first }
    }
    for subject in MessageVersion.all where subject.type != EveryKindOfField.self {
      let schema = try #require(schemas["\(subject.type)"], "\(subject.type)")
      #expect(schema.validVersions == subject.type.api.versions, "\(subject.type)")
      #expect(schema.flexibleSince == subject.type.api.flexibleSince, "\(subject.type)")
      let ours = SchemaRecorder.schema(of: subject.type, version: subject.version)
      let theirs = schema.describe(version: subject.version)
      // Tags from 10,000 on are Varve's own.
      #expect(ours.replacing(#/ <1\d{4}:[^>]*>/#, with: "") == theirs, "\(subject.testDescription)")
      if let key = schema.key { #expect(subject.type.api.key == key, "\(subject.type)") }
    }
  }

  @Test func `G22, G23: every API has its messages`() {
    let goals: Set<Int16> = [
      0, 1, 2, 3, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28,
      29, 30, 31, 32, 33, 35, 36, 37, 42, 44, 46, 47, 48, 49, 50, 51, 55, 57, 60, 61, 65, 66, 68,
      69, 71, 72, 74, 75, 76, 77, 78, 79, 90, 91, 92,
    ]
    let keys = Set(APIMessages.all.map { $0.request.api.key })
    // Besides there are ElectLeaders and AlterPartitionReassignments.
    #expect(keys == goals.union([43, 45]))
    for messages in APIMessages.all {
      #expect(messages.request.api == messages.response.api, "\(messages.request)")
    }
  }

  @Test func `a schema is described with defaults, null and tags`() {
    #expect(
      SchemaRecorder.schema(of: EveryKindOfField.self, version: 3)
        == "{int8 uint16 uint32=7 float64 string=none string? bytes bytes? []int32 "
        + "[]{bool int64 <5:[]int16>}? {bool int64 <5:[]int16>}? []string? "
        + "<0:int32=3 1:{bool int64 <5:[]int16>} 300:string?>}")
  }
}

/// A schema as the table of facts has it.
struct KafkaSchema {
  let key: Int16?
  let validVersions: ClosedRange<Int16>
  /// The first flexible version; `Int16.max` where there is none.
  let flexibleSince: Int16
  private let fields: [[String: Any]]
  private let commonStructs: [[String: Any]]

  static func load(_ path: String) throws -> [String: KafkaSchema] {
    var schemas: [String: KafkaSchema] = [:]
    for line in try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n") {
      let json = try JSONSerialization.jsonObject(with: Data(line.utf8))
      guard let object = json as? [String: Any], let name = object["name"] as? String else {
        continue
      }
      schemas[name] = KafkaSchema(object)
    }
    return schemas
  }

  private init(_ object: [String: Any]) {
    key = (object["apiKey"] as? Int).map(Int16.init)
    validVersions = Self.versions(object["validVersions"] as? String) ?? 0...0
    flexibleSince =
      Self.versions(object["flexibleVersions"] as? String)?.lowerBound ?? Int16.max
    fields = object["fields"] as? [[String: Any]] ?? []
    commonStructs = object["commonStructs"] as? [[String: Any]] ?? []
  }

  /// `3`, `1-4`, `2+`; nil for `none` and nothing.
  private static func versions(_ text: String?) -> ClosedRange<Int16>? {
    guard let text, text != "none" else { return nil }
    if text.hasSuffix("+"), let first = Int16(text.dropLast()) { return first...Int16.max }
    let bounds = text.split(separator: "-").compactMap { Int16($0) }
    return bounds.isEmpty ? nil : bounds[0]...bounds[bounds.count - 1]
  }

  func describe(version: Int16) -> String { describe(fields, version) }

  private func describe(_ fields: [[String: Any]], _ version: Int16) -> String {
    let isFlexible = version >= flexibleSince
    var plain: [String] = []
    var tagged: [(tag: Int, text: String)] = []
    for field in fields {
      let versions = field["versions"] ?? field["taggedVersions"]
      guard Self.versions(versions as? String)?.contains(version) ?? false else { continue }
      let text = type(field["type"] as? String ?? "", field, version)
      if let tag = field["tag"] as? Int, isFlexible {
        tagged.append((tag, "\(tag):\(text)"))
      } else {
        plain.append(text)
      }
    }
    tagged.sort { $0.tag < $1.tag }
    if !tagged.isEmpty { plain.append("<" + tagged.map(\.text).joined(separator: " ") + ">") }
    return "{" + plain.joined(separator: " ") + "}"
  }

  private func type(_ name: String, _ field: [String: Any], _ version: Int16) -> String {
    let isNullable = Self.versions(field["nullableVersions"] as? String)?.contains(version)
    let mark = isNullable ?? false ? "?" : ""
    if name.hasPrefix("[]") {
      return "[]" + type(String(name.dropFirst(2)), field.filter { $0.key == "fields" }, version)
        + mark
    }
    switch name {
    case "bool", "int8", "int16", "uint16", "int32", "uint32", "int64", "float64", "uuid",
      "string", "bytes", "records":
      return name + mark + standard(field)
    default:
      let common = commonStructs.first { $0["name"] as? String == name }
      let inner = field["fields"] as? [[String: Any]] ?? common?["fields"] as? [[String: Any]]
      return describe(inner ?? [], version) + mark
    }
  }

  /// The default where it is not the type's own.
  private func standard(_ field: [String: Any]) -> String {
    guard let value = field["default"] else { return "" }
    var text = "\(value)"
    if text.hasPrefix("0x"), let number = Int(text.dropFirst(2), radix: 16) { text = "\(number)" }
    return ["null", "<null>", "0", "false", ""].contains(text) ? "" : "=\(text)"
  }
}
