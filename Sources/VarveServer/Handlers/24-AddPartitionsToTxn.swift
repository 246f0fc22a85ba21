internal import VarveBroker
internal import VarveProtocol

// AddPartitionsToTxn: puts partitions into transactions. Versions 0 to 5; from 4 on of several.
extension Handler {
  static let addPartitionsToTxn = Handler(awaiting: AddPartitionsToTxnRequest.self) {
    request, context in
    await context.broker.addPartitionsToTransaction(request, version: context.version)
  }
}
