internal import VarveBase
internal import VarveBroker
internal import VarveProtocol

/// Changes of a resource's configs, for both requests that ask for them. Topics have configs that
/// can be changed; those of the broker are read when it starts.
enum ConfigAlteration {
  static func perform(
    type: Int8, name: String, onlyValidates: Bool, _ broker: Broker,
    _ changes: (TopicConfiguration) throws(TopicRefusal) -> [ConfigChange]
  ) throws(TopicRefusal) {
    guard type == ConfigResourceType.topic.rawValue else {
      throw TopicRefusal(
        .invalidRequest,
        "configs of a resource of type \(type) cannot be changed: those of a topic (2) can; the"
          + " server's are given to it when it starts")
    }
    let topic: TopicName
    do { topic = try TopicName(name) } catch {
      throw TopicRefusal(.invalidTopicException, error.description)
    }
    let configuration: TopicConfiguration
    do throws(BrokerError) { configuration = try broker.topic(named: topic).configuration } catch {
      throw TopicRefusal(error)
    }
    let changes = try changes(configuration)
    do throws(BrokerError) {
      if onlyValidates {
        try broker.checkConfigs(of: topic, changes)
      } else {
        try broker.alterConfigs(of: topic, changes)
      }
    } catch { throw TopicRefusal(error) }
  }
}
