extension Producer {
  /// Encodes a value and sends it, as ``send(_:partition:key:value:headers:timestamp:)`` does.
  ///
  /// ```swift
  /// try await producer.send("orders", key: "c-42", encoding: order, with: JSONEncoder())
  /// ```
  ///
  /// - Throws: `.coding` where the value can't be encoded.
  @discardableResult
  public func send(
    _ topic: String, partition: Int32? = nil, key: (any Payload)? = nil,
    encoding value: some Encodable, with encoder: some PayloadEncoder, headers: [Header] = [],
    timestamp: Timestamp? = nil
  ) async throws(VarveError) -> RecordReceipt {
    try await send(
      topic, partition: partition, key: key, value: try encoder.payload(of: value),
      headers: headers, timestamp: timestamp)
  }

  /// Encodes a value and enqueues it, as ``enqueue(_:partition:key:value:headers:timestamp:)``
  /// does.
  public func enqueue(
    _ topic: String, partition: Int32? = nil, key: (any Payload)? = nil,
    encoding value: some Encodable, with encoder: some PayloadEncoder, headers: [Header] = [],
    timestamp: Timestamp? = nil
  ) async throws(VarveError) {
    try await enqueue(
      topic, partition: partition, key: key, value: try encoder.payload(of: value),
      headers: headers, timestamp: timestamp)
  }
}
