internal import VarveBase
internal import VarveBroker
internal import VarveProtocol

// AlterConfigs: replaces all configs of topics, of the broker and of groups, each by itself.
// Versions 0 to 2.
extension Handler {
  static let alterConfigs = Handler(blocking: AlterConfigsRequest.self) { request, context in
    var response = AlterConfigsResponse()
    response.resources = request.resources.map { asked in
      var resource = AlterConfigsResponse.Resource()
      resource.type = asked.type
      resource.name = asked.name
      do throws(TopicRefusal) {
        try ConfigAlteration.perform(
          type: asked.type, name: asked.name, onlyValidates: request.onlyValidates, context
        ) { overrides in changes(asked, overrides) }
      } catch {
        resource.errorCode = error.code
        resource.errorMessage = error.message
      }
      return resource
    }
    return response
  }

  /// What is not named goes back to its default.
  private static func changes(
    _ asked: AlterConfigsRequest.Resource, _ overrides: [String: String]
  ) -> [ConfigChange] {
    var changes: [ConfigChange] = []
    for config in asked.configs {
      guard let value = config.value else { continue }
      changes.append(.set(name: config.name, value: value))
    }
    let kept = Set(changes.map(\.name))
    return changes
      + overrides.keys.sorted().filter { !kept.contains($0) }
      .map { .delete(name: $0) }
  }
}
