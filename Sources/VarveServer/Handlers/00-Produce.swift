internal import VarveBase
internal import VarveLog
internal import VarveProtocol

// Produce: appends a batch to each partition. Versions 3 to 13; ApiVersions says why 0 is claimed.
//
// With acks -1 a batch is answered once it counts as done by the topic's durability, with 1 once it
// is appended, with 0 not at all: then the connection ends where a batch was refused, as the client
// would not hear of it otherwise.
extension Handler {
  static let produce = Handler(parking: ProduceRequest.self) { request, exchange, context in
    if request.transactionalID == nil {
      ParkedProduce(request, exchange, context).begin()
    } else {
      TransactionalProduce.begin(request, exchange, context)
    }
  }
}
