internal import VarveBase
internal import VarveBroker
internal import VarveProtocol

// UpdateFeatures: the levels that features run at, all or none (KIP-584). Versions 0 to 2.
//
// A directory keeps the levels that it was made with: what asks for the level that there is
// succeeds, and anything else is refused.
extension Handler {
  static let updateFeatures = Handler(answering: UpdateFeaturesRequest.self) { request, context in
    var response = UpdateFeaturesResponse()
    if let refusal = context.access.clusterRefusal(.alter) {
      response.errorCode = refusal
      return response
    }
    let levels = context.broker.features
    for update in request.updates {
      var result = UpdateFeaturesResponse.Result()
      result.name = update.name
      do throws(TopicRefusal) { try check(update, levels[update.name]) } catch {
        (result.errorCode, result.errorMessage) = (error.code, error.message)
        if response.errorCode == .none, context.version >= 2 {
          (response.errorCode, response.errorMessage) = (error.code, error.message)
        }
      }
      if context.version < 2 { response.results.append(result) }
    }
    return response
  }

  private static func check(
    _ update: UpdateFeaturesRequest.Update, _ level: Int16?
  ) throws(TopicRefusal) {
    guard 1...3 ~= update.upgradeType else {
      throw TopicRefusal(
        .invalidUpdateVersion, "an upgrade is of type 1, 2 or 3, not \(update.upgradeType)")
    }
    // To remove what is not there is no change.
    guard let level = level ?? (update.level == 0 ? 0 : nil) else {
      throw TopicRefusal(.invalidUpdateVersion, "there is no feature '\(update.name)'")
    }
    guard update.level == level else {
      throw TopicRefusal(
        .invalidUpdateVersion,
        "feature '\(update.name)' stays at \(level), the level that the directory was made with")
    }
  }
}
