package import VarveBase

/// Writes down what a message's field list says: the types of the fields of one version, with
/// defaults that are not zero, `{int32=-1 uuid []{string uint16} string? <0:[]uuid>}`.
///
/// Null stands as `?`, tagged fields in `<…>`.
package struct SchemaRecorder: WireCoder {
  package let version: Int16
  package let isFlexible: Bool
  package var isTagSectionCoded = false
  /// The fields recorded at the level being visited.
  private var recorded: [String] = []

  /// The schema of one version of a message.
  package static func schema(of type: any WireMessage.Type, version: Int16) -> String {
    func describe<Message: WireMessage>(_ type: Message.Type) -> String {
      var message = Message()
      var recorder = SchemaRecorder(version: version, isFlexible: Message.isFlexible(version))
      recorder.structure(&message)
      return recorder.recorded.joined()
    }
    return describe(type)
  }

  private init(version: Int16, isFlexible: Bool) {
    self.version = version
    self.isFlexible = isFlexible
  }

  private mutating func record(_ type: String, _ value: String? = nil) {
    recorded.append(value.map { "\(type)=\($0)" } ?? type)
  }

  /// What `body` records, set apart.
  private mutating func nested(_ body: (inout SchemaRecorder) -> Void) -> [String] {
    let outer = recorded
    recorded = []
    body(&self)
    defer { recorded = outer }
    return recorded
  }

  private mutating func element<Element: WireValue>(_ type: Element.Type) -> String {
    nested { recorder in
      var element = Element()
      element.coded(by: &recorder)
    }.joined()
  }
}

extension SchemaRecorder {
  package mutating func boolean(_ value: inout Bool) { record("bool", value ? "true" : nil) }

  package mutating func integer<Integer: FixedWidthInteger & BitwiseCopyable>(
    _ value: inout Integer
  ) {
    let type = "\(Integer.isSigned ? "" : "u")int\(Integer.bitWidth)"
    record(type, value == 0 ? nil : "\(value)")
  }

  package mutating func double(_ value: inout Double) {
    record("float64", value == 0 ? nil : "\(value)")
  }

  package mutating func uuid(_ value: inout TopicID) { record("uuid") }

  package mutating func string(_ value: inout String) {
    record("string", value.isEmpty ? nil : value)
  }

  package mutating func string(_ value: inout String?) {
    let text = value ?? ""
    record("string?", text.isEmpty ? nil : text)
  }

  package mutating func bytes(_ value: inout ByteSlice) { record("bytes") }

  package mutating func bytes(_ value: inout ByteSlice?) { record("bytes?") }

  package mutating func records(_ value: inout ByteSlice) { record("records") }

  package mutating func records(_ value: inout ByteSlice?) { record("records?") }

  package mutating func array<Element: WireValue>(_ elements: inout [Element]) {
    record("[]" + element(Element.self))
  }

  package mutating func array<Element: WireValue>(_ elements: inout [Element]?) {
    record("[]" + element(Element.self) + "?")
  }

  package mutating func structure<Struct: WireStruct>(_ value: inout Struct) {
    let fields = nested { $0.fields(of: &value) }
    record("{" + fields.joined(separator: " ") + "}")
  }

  package mutating func structure<Struct: WireStruct>(_ value: inout Struct?) {
    var present = Struct()
    let fields = nested { $0.fields(of: &present) }
    record("{" + fields.joined(separator: " ") + "}?")
  }

  package mutating func tags(_ body: (inout SchemaRecorder) -> Void) {
    isTagSectionCoded = true
    guard isFlexible else { return }
    let tagged = nested(body)
    if !tagged.isEmpty { record("<" + tagged.joined(separator: " ") + ">") }
    isTagSectionCoded = true
  }

  package mutating func tagged<Value: WireValue & Equatable>(
    _ value: inout Value, tag: UInt32, unless standard: Value
  ) {
    precondition(value == standard, "tag \(tag) of a new message is not what it may leave out")
    let type = nested { value.coded(by: &$0) }.joined()
    record("\(tag):\(type)")
  }
}
