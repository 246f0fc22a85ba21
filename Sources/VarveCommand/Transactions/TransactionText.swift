import Varve

extension TransactionInfo {
  var json: JSON {
    .object(["id": .string(id), "producer": .integer(producerID), "state": .string(state)])
  }
}

extension TransactionDetails {
  var json: JSON {
    .object([
      "id": .string(transaction.id), "producer": .integer(transaction.producerID),
      "epoch": .integer(producerEpoch), "state": .string(transaction.state),
      "timeout_ms": .integer(timeout.milliseconds),
      "start": start.map { .integer($0.rawValue) } ?? .null,
      "partitions": .array(partitions.map { .string("\($0)") }),
    ])
  }

  var text: String {
    let names = partitions.map { "\($0)" }.joined(separator: ", ")
    return """
      id          \(transaction.id)
      producer    \(transaction.producerID)
      epoch       \(producerEpoch)
      state       \(transaction.state)
      timeout     \(timeout.milliseconds) ms
      start       \(start.map { $0.description } ?? "-")
      partitions  \(names.isEmpty ? "-" : names)

      """
  }
}
