internal import VarveCoordination
internal import VarveProtocol

/// Looking at transactions, and ending those whose producers do not.
extension Varve {
  /// The transactional ids, by name.
  public func listTransactions() async throws(VarveError) -> [TransactionInfo] {
    let client = try cluster.transactions()
    do throws(CoordinatorError) {
      return try await client.list(ListTransactionsRequest()).transactionStates
        .map { TransactionInfo($0) }
    } catch { throw VarveError(error) }
  }

  /// A transactional id, with the transaction that it has open. Throws `.unknownTransaction`.
  public func describeTransaction(_ id: String) async throws(VarveError) -> TransactionDetails {
    let client = try cluster.transactions()
    var request = DescribeTransactionsRequest()
    request.transactionalIDs = [id]
    do throws(CoordinatorError) {
      let states = try await client.describe(request).transactionStates
      guard let state = states.first(where: { $0.transactionalID == id }) else {
        throw CoordinatorError(.transactionalIDNotFound, "transactional id '\(id)' is not known")
      }
      guard state.errorCode == .none else {
        throw CoordinatorError(
          state.errorCode, "transactional id '\(id)': \(state.errorCode.kafkaName)")
      }
      return TransactionDetails(state)
    } catch { throw VarveError(error) }
  }

  /// Aborts the transaction that an id has open, and shuts its producer out, so that readers of
  /// committed records can go on.
  ///
  /// Throws `.unknownTransaction`; `.invalidTransactionState` where none is open; `.unavailable`
  /// where one is just being ended.
  public func abortTransaction(_ id: String) async throws(VarveError) {
    let client = try cluster.transactions()
    do throws(CoordinatorError) { try await client.abort(id) } catch { throw VarveError(error) }
  }
}
