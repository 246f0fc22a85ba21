/// A name and a value beside a record's key and value, as HTTP has them.
///
/// A record may have several headers with one name; their order is kept. A value may be null,
/// which is not an empty one.
public struct Header: Hashable, Sendable {
  /// UTF-8 by Kafka's rules; not every client keeps to them.
  public var name: ByteSlice
  public var value: ByteSlice?

  public init(_ name: ByteSlice, _ value: ByteSlice?) {
    self.name = name
    self.value = value
  }

  /// A header in text.
  ///
  /// ```swift
  /// try await producer.send("orders", value: order, headers: [Header("trace", traceID)])
  /// ```
  public init(_ name: String, _ value: String?) {
    self.init(ByteSlice(name.utf8), value.map { ByteSlice($0.utf8) })
  }
}

extension Header: CustomStringConvertible {
  public var description: String { "\(name)=\(value?.description ?? "null")" }
}
