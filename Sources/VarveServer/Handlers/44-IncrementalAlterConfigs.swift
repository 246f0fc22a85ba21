internal import VarveBase
internal import VarveBroker
internal import VarveProtocol

// IncrementalAlterConfigs: sets, deletes, appends to and subtracts from configs of topics,
// of the broker and of groups, each by itself (KIP-339). Versions 0 to 1.
extension Handler {
  static let incrementalAlterConfigs = Handler(blocking: IncrementalAlterConfigsRequest.self) {
    request, context in
    var response = IncrementalAlterConfigsResponse()
    response.resources = request.resources.map { asked in
      var resource = IncrementalAlterConfigsResponse.Resource()
      resource.type = asked.type
      resource.name = asked.name
      do throws(TopicRefusal) {
        try ConfigAlteration.perform(
          type: asked.type, name: asked.name, onlyValidates: request.onlyValidates, context
        ) { _ throws(TopicRefusal) in try changes(asked) }
      } catch {
        resource.errorCode = error.code
        resource.errorMessage = error.message
      }
      return resource
    }
    return response
  }

  private static func changes(
    _ asked: IncrementalAlterConfigsRequest.Resource
  ) throws(TopicRefusal) -> [ConfigChange] {
    var changes: [ConfigChange] = []
    for config in asked.configs {
      let name = config.name
      guard config.operation != 1 else {
        changes.append(.delete(name: name))
        continue
      }
      guard let value = config.value else {
        throw TopicRefusal(.invalidRequest, "config '\(name)' has no value")
      }
      switch config.operation {
      case 0: changes.append(.set(name: name, value: value))
      case 2: changes.append(.append(name: name, value: value))
      case 3: changes.append(.subtract(name: name, value: value))
      default:
        throw TopicRefusal(
          .invalidRequest,
          "operation \(config.operation) on config '\(name)': it is 0, to set; 1, to delete; 2, to"
            + " append; or 3, to subtract")
      }
    }
    return changes
  }
}
