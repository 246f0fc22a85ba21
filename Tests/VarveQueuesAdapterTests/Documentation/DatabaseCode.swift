#if SQLite
  import Varve
  import VarveQueues
  import VarveQueuesSQLite

  // The code of the article DoingThingsOnce that takes a database.

  func billing(_ varve: Varve) async throws {
    // snippet
    let database = try await SQLiteStore(path: "billing.db")
    try await varve.process(group: "billing", topics: ["orders"], into: database) { order, row in
      try row.execute("INSERT INTO bills (customer) VALUES (?)", [.text(order.keyText ?? "")])
    }
    // end
  }
#endif
