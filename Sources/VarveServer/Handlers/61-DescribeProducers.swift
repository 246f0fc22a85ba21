internal import VarveBase
internal import VarveBroker
internal import VarveLog
internal import VarveProtocol

// DescribeProducers: who has written to partitions lately, and which transactions are open there.
// Version 0.
extension Handler {
  static let describeProducers = Handler(answering: DescribeProducersRequest.self) {
    request, context in
    var response = DescribeProducersResponse()
    response.topics = request.topics.map { asked in
      var topic = DescribeProducersResponse.Topic()
      topic.name = asked.name
      topic.partitions = asked.partitionIndexes.map { index in
        var partition = DescribeProducersResponse.Topic.Partition()
        partition.partitionIndex = index
        do throws(ErrorCode) {
          partition.activeProducers = try context.served(
            asked.name, index, for: .read
          ).log.producers
            .map { DescribeProducersResponse.Topic.Partition.ActiveProducer($0) }
        } catch { partition.errorCode = error }
        return partition
      }
      return topic
    }
    return response
  }
}

extension DescribeProducersResponse.Topic.Partition.ActiveProducer {
  fileprivate init(_ producer: ProducerState) {
    self.init()
    producerID = producer.producerID
    producerEpoch = Int32(producer.epoch)
    lastSequence = producer.batches.last?.lastSequence ?? -1
    lastTimestamp = producer.lastTimestamp.rawValue
    coordinatorEpoch = producer.coordinatorEpoch
    currentTransactionStartOffset = producer.transactionStart ?? -1
  }
}
