import Varve

extension TopicInfo {
  var json: JSON {
    .object([
      "name": .string(name.description), "id": .string("\(id)"),
      "partitions": .integer(partitionCount),
      "config": .array(
        config.map { .object(["name": .string($0.name), "value": .string($0.value)]) }),
    ])
  }
}

extension TopicDetails {
  var json: JSON {
    .object([
      "name": .string(topic.name.description), "id": .string("\(topic.id)"),
      "partitions": .array(
        partitions.map {
          .object([
            "partition": .integer($0.id.partition),
            "startOffset": .integer($0.startOffset.rawValue),
            "endOffset": .integer($0.endOffset.rawValue), "bytes": .integer($0.sizeInBytes),
          ])
        }),
      "config": .array(
        config.map {
          .object([
            "name": .string($0.name), "value": .string($0.value), "source": .string($0.source),
          ])
        }),
    ])
  }

  var text: String {
    var places = Table(">PARTITION", ">START", ">END", ">BYTES")
    for partition in partitions {
      places.add(
        String(partition.id.partition), "\(partition.startOffset)", "\(partition.endOffset)",
        String(partition.sizeInBytes))
    }
    var configs = Table("CONFIG", "VALUE", "SOURCE")
    for entry in config { configs.add(entry.name, entry.value, entry.source) }
    return """
      topic  \(topic.name)
      id     \(topic.id)

      \(places.text)
      \(configs.text)
      """
  }
}

extension ConfigEntry {
  /// Who set it: `topic`, `server` (what topics inherit), or `default`.
  fileprivate var source: String { isOverridden ? "topic" : isDefault ? "default" : "server" }
}
