internal import VarveBase
internal import VarveBroker
internal import VarveLog
internal import VarveProtocol

// DescribeLogDirs: the data directory, with the sizes of its partitions and of its volume
// (KIP-827). Versions 1 to 5.
extension Handler {
  static let describeLogDirs = Handler(answering: DescribeLogDirsRequest.self) {
    request, context in
    if let refusal = context.access.clusterRefusal(.describe) {
      var response = DescribeLogDirsResponse()
      response.errorCode = refusal
      return response
    }
    var wanted: [String: Set<Int32>]?
    if let topics = request.topics {
      wanted = [:]
      for topic in topics { wanted?[topic.name, default: []].formUnion(topic.partitionIndexes) }
    }
    var topics: [String: DescribeLogDirsResponse.Directory.Topic] = [:]
    for partition in context.broker.allPartitions.sorted(by: { $0.id < $1.id }) {
      let name = partition.id.topic.description
      guard wanted?[name]?.contains(partition.id.partition) ?? (wanted == nil) else { continue }
      var entry = DescribeLogDirsResponse.Directory.Topic.Partition()
      entry.partitionIndex = partition.id.partition
      entry.byteCount = Int64(partition.log.sizeInBytes)
      topics[name, default: DescribeLogDirsResponse.Directory.Topic()].name = name
      topics[name]?.partitions.append(entry)
    }
    var directory = DescribeLogDirsResponse.Directory()
    directory.path = context.broker.directory.path
    directory.topics = topics.values.sorted { $0.name < $1.name }
    do throws(FileError) {
      let space = try context.broker.space()
      directory.totalBytes = Int64(space.totalBytes)
      directory.usableBytes = Int64(space.availableBytes)
    } catch { directory.errorCode = .kafkaStorageError }
    var response = DescribeLogDirsResponse()
    response.directories = [directory]
    return response
  }
}
