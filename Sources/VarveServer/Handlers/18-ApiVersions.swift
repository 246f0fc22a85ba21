internal import VarveBase
internal import VarveBroker
internal import VarveProtocol

// ApiVersions: what the server answers, as its handlers say. Versions 0 to 4.
//
// A version that is not known is answered in version 0, with UNSUPPORTED_VERSION and the APIs all
// the same, so that the client can choose another (KIP-511). Produce is said to begin at version 0,
// though 3 is the first that is answered: librdkafka takes its absence for a broker that is older
// than record batches (KAFKA-18659).
extension Handler {
  static let apiVersions = Handler(parking: ApiVersionsRequest.self) {
    request, exchange, context in
    guard isLegal(request, version: context.version) else {
      var response = ApiVersionsResponse()
      response.errorCode = .invalidRequest
      return exchange.answer(response.reply(to: context.header))
    }
    if context.version >= 3 {
      exchange.software = ClientSoftware(
        name: request.clientSoftwareName, version: request.clientSoftwareVersion)
    }
    exchange.answer(response(context).reply(to: context.header))
  }

  private static func response(_ context: RequestContext) -> ApiVersionsResponse {
    var response = ApiVersionsResponse()
    response.apis = advertised
    response.finalizedFeaturesEpoch = 0
    for (name, level) in context.broker.features.sorted(by: { $0.key < $1.key }) {
      var supported = ApiVersionsResponse.SupportedFeature()
      (supported.name, supported.lowest, supported.highest) = (name, lowest(of: name), level)
      // Versions before 4 take no feature that starts at 0 (KIP-1022).
      if context.version >= 4 || supported.lowest > 0 {
        response.supportedFeatures.append(supported)
      }
      var finalized = ApiVersionsResponse.FinalizedFeature()
      (finalized.name, finalized.lowest, finalized.highest) = (name, level, level)
      response.finalizedFeatures.append(finalized)
    }
    return response
  }

  /// The answer to a version that is not known.
  static func apiVersionsRefusal(to header: RequestHeader) -> Gather {
    var response = ApiVersionsResponse()
    response.errorCode = .unsupportedVersion
    response.apis = advertised
    let frame = response.responseFrame(version: 0, correlationID: header.correlationID)
    return Gather([frame], errors: [response.errorCode])
  }

  private static var advertised: [ApiVersionsResponse.VersionRange] {
    Handlers.table.apis.map { api in
      var range = ApiVersionsResponse.VersionRange()
      range.key = api.key
      range.lowest = api.key == ProduceRequest.api.key ? 0 : api.versions.lowerBound
      range.highest = api.versions.upperBound
      return range
    }
  }

  /// The lowest level that this broker could run a feature at.
  private static func lowest(of feature: String) -> Int16 {
    feature == MetadataVersion.featureName ? MetadataVersion.oldest.rawValue : 0
  }

  /// Whether a client names itself as KIP-511 wants it, with letters, digits, '.' and '-', the
  /// first and the last of which is a letter or digit.
  private static func isLegal(_ request: ApiVersionsRequest, version: Int16) -> Bool {
    guard version >= 3 else { return true }
    return isLegal(request.clientSoftwareName) && isLegal(request.clientSoftwareVersion)
  }

  /// Not by a regular expression, which takes ten times as long as all else of the request.
  private static func isLegal(_ name: String) -> Bool {
    let characters = name.utf8
    guard let first = characters.first, let last = characters.last else { return false }
    return isWordLike(first) && isWordLike(last)
      && characters.allSatisfy {
        isWordLike($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-")
      }
  }

  private static func isWordLike(_ character: UInt8) -> Bool {
    switch character {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: false
    }
  }
}
