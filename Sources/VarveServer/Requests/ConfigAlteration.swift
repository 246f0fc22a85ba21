internal import VarveBase
internal import VarveBroker
internal import VarveProtocol

/// Changes of a resource's configs, for both requests that ask for them. Topics have configs that
/// can be changed, and so do the broker, groups and subscriptions to client metrics.
enum ConfigAlteration {
  /// `changes` is given what the resource sets itself.
  static func perform(
    type: Int8, name: String, onlyValidates: Bool, _ context: RequestContext,
    _ changes: ([String: String]) throws(TopicRefusal) -> [ConfigChange]
  ) throws(TopicRefusal) {
    let broker = context.broker
    try context.requireConfigs(.alterConfigs, type: type, name)
    switch ConfigResourceType(rawValue: type) {
    case .topic: try alterTopic(name, onlyValidates: onlyValidates, broker, changes)
    case .broker: try alterBroker(name, onlyValidates: onlyValidates, broker, changes)
    case .clientMetrics:
      try alterTelemetry(name, onlyValidates: onlyValidates, broker, changes)
    case .group: try alterGroup(name, onlyValidates: onlyValidates, broker, changes)
    default:
      throw TopicRefusal(
        .invalidRequest,
        "configs of a resource of type \(type) cannot be changed: those of a topic (2), of the"
          + " broker (4), of client metrics (16) and of a group (32) can")
    }
  }

  private static func alterTopic(
    _ name: String, onlyValidates: Bool, _ broker: Broker,
    _ changes: ([String: String]) throws(TopicRefusal) -> [ConfigChange]
  ) throws(TopicRefusal) {
    let topic: TopicName
    do { topic = try TopicName(name) } catch {
      throw TopicRefusal(.invalidTopicException, error.description)
    }
    let configuration: TopicConfiguration
    do throws(BrokerError) { configuration = try broker.topic(named: topic).configuration } catch {
      throw TopicRefusal(error)
    }
    let changes = try changes(configuration.overrides)
    do throws(BrokerError) {
      if onlyValidates {
        try broker.checkConfigs(of: topic, changes)
      } else {
        try broker.alterConfigs(of: topic, changes)
      }
    } catch { throw TopicRefusal(error) }
  }

  private static func alterTelemetry(
    _ name: String, onlyValidates: Bool, _ broker: Broker,
    _ changes: ([String: String]) throws(TopicRefusal) -> [ConfigChange]
  ) throws(TopicRefusal) {
    guard !name.isEmpty else {
      throw TopicRefusal(.invalidRequest, "a subscription to client metrics has no name")
    }
    let changes = try changes(broker.telemetryConfigs(of: name))
    do throws(BrokerError) {
      try broker.alterTelemetry(of: name, changes, onlyValidates: onlyValidates)
    } catch { throw TopicRefusal(error) }
  }

  /// An empty name stands for all brokers.
  private static func alterBroker(
    _ name: String, onlyValidates: Bool, _ broker: Broker,
    _ changes: ([String: String]) throws(TopicRefusal) -> [ConfigChange]
  ) throws(TopicRefusal) {
    guard name.isEmpty || name == String(broker.nodeID) else {
      throw TopicRefusal(.invalidRequest, "there is no broker but \(broker.nodeID)")
    }
    let changes = try changes(broker.serverConfigs(ofAll: name.isEmpty))
    do throws(BrokerError) {
      try broker.alterServerConfigs(ofAll: name.isEmpty, changes, onlyValidates: onlyValidates)
    } catch { throw TopicRefusal(error) }
  }

  private static func alterGroup(
    _ name: String, onlyValidates: Bool, _ broker: Broker,
    _ changes: ([String: String]) throws(TopicRefusal) -> [ConfigChange]
  ) throws(TopicRefusal) {
    guard !name.isEmpty else {
      throw TopicRefusal(.invalidRequest, "a group's configs are changed by its name")
    }
    let changes = try changes(broker.groupConfiguration(of: name).overrides)
    do throws(BrokerError) {
      try broker.alterGroupConfigs(of: name, changes, onlyValidates: onlyValidates)
    } catch { throw TopicRefusal(error) }
  }
}
