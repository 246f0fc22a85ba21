/// What made a ``WireReader`` give up, and where.
package struct WireFault: Hashable, Sendable {
  package enum Kind: String, Sendable {
    case short = "the bytes end within a field"
    case varint = "a variable-length number has more than 32 bits"
    case negativeLength = "a length is negative"
    case unexpectedNull = "a field is null that cannot be"
    case longString = "a string is longer than 32,767 bytes"
    case count = "a count is larger than the bytes that are left"
    case memory = "its arrays would take more memory than those of a message may"
    case tagSize = "a tagged field has another size than it says"
    case trailing = "bytes are left after the last field"
    case version = "the version is not one that is known"
    case key = "the key is not one that is known"
    case frame = "the frame is not one that is known"
  }

  package let kind: Kind
  /// The position, in bytes from the start of the message.
  package let position: Int

  package init(kind: Kind, position: Int) {
    self.kind = kind
    self.position = position
  }
}

/// A message that could not be decoded.
package struct WireError: Error, Hashable, CustomStringConvertible {
  /// The message's name, `TopicRecord` say.
  package let message: String
  package let version: Int16
  package let fault: WireFault

  package init(message: String, version: Int16, fault: WireFault) {
    self.message = message
    self.version = version
    self.fault = fault
  }

  package var description: String {
    "cannot decode \(message) version \(version): \(fault.kind.rawValue), at byte \(fault.position)"
  }
}
