import VarveBase
import VarveProtocol
import VarveTestKit

/// Fills a message with what a version of it can say: fields of other versions keep their defaults,
/// so that a round trip must give an equal message.
struct RandomFiller: WireCoder {
  let version: Int16
  let isFlexible: Bool
  var isTagSectionCoded = false
  var random: SeededGenerator

  static func message<Message: WireMessage>(
    _ type: Message.Type, version: Int16, seed: UInt64
  ) -> Message {
    var filler = RandomFiller(
      version: version, isFlexible: version >= Message.api.flexibleSince,
      random: SeededGenerator(seed: seed))
    var message = Message()
    filler.structure(&message)
    return message
  }

  private mutating func text() -> String {
    let alphabet = ["a", "topic", "-", "Ö", "🦫", ""]
    return (0..<Int.random(in: 0...3, using: &random))
      .map { _ in alphabet.randomElement(using: &random)! }.joined()
  }

  mutating func boolean(_ value: inout Bool) { value = .random(using: &random) }

  mutating func integer<Integer: FixedWidthInteger & BitwiseCopyable>(_ value: inout Integer) {
    value = [0, 1, .max, .min, .random(in: .min ... .max, using: &random)]
      .randomElement(using: &random)!
  }

  mutating func double(_ value: inout Double) { value = .random(in: -1e9...1e9, using: &random) }

  mutating func uuid(_ value: inout TopicID) { value = TopicID(using: &random) }

  mutating func string(_ value: inout String) { value = text() }

  mutating func string(_ value: inout String?) {
    value = Bool.random(using: &random) ? text() : nil
  }

  mutating func bytes(_ value: inout ByteSlice) { value = ByteSlice(text().utf8) }

  mutating func bytes(_ value: inout ByteSlice?) {
    value = Bool.random(using: &random) ? ByteSlice(text().utf8) : nil
  }

  mutating func array<Element: WireValue>(_ elements: inout [Element]) {
    elements = []
    for _ in 0..<Int.random(in: 0...3, using: &random) {
      var element = Element()
      element.coded(by: &self)
      elements.append(element)
    }
  }

  mutating func array<Element: WireValue>(_ elements: inout [Element]?) {
    guard Bool.random(using: &random) else { return elements = nil }
    var present: [Element] = []
    array(&present)
    elements = present
  }

  mutating func structure<Struct: WireStruct>(_ value: inout Struct) { value.code(with: &self) }

  mutating func structure<Struct: WireStruct>(_ value: inout Struct?) {
    guard Bool.random(using: &random) else { return value = nil }
    var present = Struct()
    present.code(with: &self)
    value = present
  }

  mutating func tags(_ body: (inout RandomFiller) -> Void) { if isFlexible { body(&self) } }

  mutating func tagged<Value: WireValue & Equatable>(
    _ value: inout Value, tag: UInt32, unless standard: Value
  ) {
    if Bool.random(using: &random) { value.coded(by: &self) }
  }
}
