package import VarveBase

/// What every request starts with: header versions 1 and 2 of Kafka's table. Version 0 went with
/// ControlledShutdown, its only user, which no broker of 4.0 or later answers.
package struct RequestHeader: WireStruct, Hashable, Sendable {
  /// The key of the ``API``.
  package var key: Int16 = 0
  /// The version of the request, and so of its response.
  package var version: Int16 = 0
  /// Chosen by the client; comes back with the response.
  package var correlationID: Int32 = 0
  package var clientID: String?

  package init() {}
  package mutating func code<Coder: WireCoder & ~Escapable>(with wire: inout Coder) {
    wire.code(&key)
    wire.code(&version)
    wire.code(&correlationID)
    wire.code(&clientID)
  }
}

/// A request as it arrived, without its length: the header, and the body yet to be decoded.
package struct RequestFrame: Hashable, Sendable {
  package let header: RequestHeader
  /// A part of the frame, which ``WireMessage/init(decoding:version:)`` takes.
  package let body: ByteSlice

  /// Decodes the header. `api` says for a key whether it is known and which versions are flexible.
  ///
  /// The version is not checked, since ApiVersions must answer even where it is unknown: decoding
  /// the body refuses it. Throws for a key that is not known, since how long its header is cannot
  /// be told, and for a header that is cut short.
  package init(decoding frame: ByteSlice, api: (Int16) -> API?) throws(WireError) {
    var reader = WireReader(slice: frame, isFlexible: false)
    var header = RequestHeader()
    reader.structure(&header)
    let api = api(header.key)
    if api == nil { reader.poison(.key) }
    // The client's id is written the old way in flexible headers too (KIP-482).
    if let api, header.version >= api.flexibleSince { reader.skipTags() }
    if let fault = reader.fault {
      throw WireError(message: "RequestHeader", version: header.version, fault: fault)
    }
    self.header = header
    body = frame.slice(reader.position..<frame.count)
  }
}

extension WireMessage {
  /// The frame of this request, with its length ahead: what a client sends.
  package consuming func requestFrame(
    version: Int16, correlationID: Int32, clientID: String?
  ) -> ByteSlice {
    let api = Self.api
    let body = encoded(version: version)
    var header = RequestHeader()
    header.key = api.key
    header.version = version
    header.correlationID = correlationID
    header.clientID = clientID
    var sizer = WireSizer(version: version, isFlexible: false)
    sizer.structure(&header)
    let isFlexible = version >= api.flexibleSince
    var length = Int32(sizer.byteCount + (isFlexible ? 1 : 0) + body.count)
    var writer = WireWriter(
      byteCount: FrameLength.byteCount + Int(length), version: version, isFlexible: false)
    writer.integer(&length)
    writer.structure(&header)
    if isFlexible { writer.unsignedVarint(0) }
    writer.append(body)
    return writer.finish()
  }
}
