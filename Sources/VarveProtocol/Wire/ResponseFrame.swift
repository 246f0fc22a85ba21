package import VarveBase

/// A response as it arrived at a client, without its length.
package struct ResponseFrame: Hashable, Sendable {
  package let correlationID: Int32
  /// A part of the frame, which ``WireMessage/init(decoding:version:)`` takes.
  package let body: ByteSlice

  /// Decodes the header of the response to a request of a version of `api`.
  package init(decoding frame: ByteSlice, to api: API, version: Int16) throws(WireError) {
    var reader = WireReader(slice: frame)
    var correlationID: Int32 = 0
    reader.integer(&correlationID)
    if Self.hasFlexibleHeader(api, version: version) { reader.skipTags() }
    if let fault = reader.fault {
      throw WireError(message: "ResponseHeader", version: version, fault: fault)
    }
    self.correlationID = correlationID
    body = frame.slice(reader.position..<frame.count)
  }

  /// Whether a response's header is of version 1, which ends in tagged fields, or of version 0.
  ///
  /// That of ApiVersions is always of version 0: a client that asked for a version which the broker
  /// does not know is answered in another (KIP-511).
  static func hasFlexibleHeader(_ api: API, version: Int16) -> Bool {
    version >= api.flexibleSince && api.key != ApiVersionsResponse.api.key
  }
}

extension WireMessage {
  /// The frame of this response, with its length ahead: what a broker sends.
  package consuming func responseFrame(version: Int16, correlationID: Int32) -> ByteSlice {
    var errors: [ErrorCode] = []
    let writer = responseWriter(
      version: version, correlationID: correlationID, gathersRecords: false, &errors)
    return writer.finish()
  }

  /// As ``responseFrame(version:correlationID:)``, in parts to be sent one after the other: records
  /// are not copied but are parts themselves, which keep alive the log's mappings that they lie in.
  /// The error codes of the response are added to `errors`.
  package consuming func gatheredResponseFrame(
    version: Int16, correlationID: Int32, errors: inout [ErrorCode]
  ) -> [ByteSlice] {
    let writer = responseWriter(
      version: version, correlationID: correlationID, gathersRecords: true, &errors)
    return writer.finishGathered()
  }

  private consuming func responseWriter(
    version: Int16, correlationID: Int32, gathersRecords: Bool, _ errors: inout [ErrorCode]
  ) -> WireWriter {
    let api = Self.api
    precondition(api.versions.contains(version), "\(Self.name) has no version \(version)")
    let isFlexible = Self.isFlexible(version)
    var sizer = WireSizer(version: version, isFlexible: isFlexible, cutsStrings: true)
    measure(with: &sizer)
    errors += sizer.errors
    let hasTags = ResponseFrame.hasFlexibleHeader(api, version: version)
    let byteCount = MemoryLayout<Int32>.size + (hasTags ? 1 : 0) + sizer.byteCount
    var writer = WireWriter(
      byteCount: FrameLength.byteCount + byteCount - (gathersRecords ? sizer.recordsByteCount : 0),
      version: version, isFlexible: isFlexible, gathersRecords: gathersRecords)
    var length = Int32(byteCount)
    writer.integer(&length)
    var correlationID = correlationID
    writer.integer(&correlationID)
    if hasTags { writer.unsignedVarint(0) }
    write(to: &writer)
    return writer
  }
}
