import Varve

/// The commands that look at transactions, and end those whose producers do not.
enum TransactionCommands {
  static let all = [list, describe, abort]

  static let id = Command.Argument(name: "ID", help: "the transactional id")

  private static let details = """
    Transactions live in the log. The command opens its directory, so that no program may have it
    open meanwhile, or asks the broker that serves it.
    """

  static let list = Command(
    name: "txn list", summary: "List the transactional ids", details: details,
    options: [.at, .json],
    examples: [.init(line: "varve txn list --at data", purpose: "ids, producers and states")],
    run: list)

  static let describe = Command(
    name: "txn describe", summary: "Show a transactional id and the transaction it has open",
    details: details, arguments: [id], options: [.at, .json],
    examples: [
      .init(
        line: "varve txn describe invoices-1 --json | jq -r .partitions[]",
        purpose: "the partitions whose readers wait for it")
    ],
    run: describe)

  static let abort = Command(
    name: "txn abort", summary: "Abort the transaction that an id has open",
    details: """
      Its producer is shut out. A transaction that nobody ends is aborted by itself once it has been
      open for its timeout; readers of committed records wait until then.

      \(details)
      """,
    arguments: [id], options: [.at],
    examples: [.init(line: "varve txn abort invoices-1", purpose: "readers go on")],
    run: abort)
}

extension TransactionCommands {
  static func list(_ call: Invocation) async throws {
    try await call.withLog(.writing) { varve in
      let transactions = try await varve.listTransactions()
      if call.isJSON {
        return try call.output.write(JSON.array(transactions.map(\.json)).line)
      }
      var table = Table("ID", ">PRODUCER", "STATE")
      for known in transactions { table.add(known.id, String(known.producerID), known.state) }
      try call.output.write(table.text)
    }
  }

  static func describe(_ call: Invocation) async throws {
    try await call.withLog(.writing) { varve in
      let details = try await call.transaction(in: varve)
      try call.output.write(call.isJSON ? details.json.line : details.text)
    }
  }

  static func abort(_ call: Invocation) async throws {
    try await call.withLog(.writing) { varve in
      try await varve.abortTransaction(call.transaction(in: varve).transaction.id)
    }
  }
}

extension Invocation {
  /// The transactional id that the command line names. Throws where it is not known.
  fileprivate func transaction(in varve: Varve) async throws -> TransactionDetails {
    let id = self["ID"]
    do { return try await varve.describeTransaction(id) } catch {
      guard error.code == .unknownTransaction else { throw error }
      let ids = try await varve.listTransactions().map(\.id)
      throw CommandError("there is no transactional id '\(id)'" + suggestion(for: id, among: ids))
    }
  }
}
