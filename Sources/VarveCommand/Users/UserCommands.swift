#if Serve
  import Varve

  /// The commands that look at the users who log in with passwords, and make and remove them.
  enum UserCommands {
    static let all = [add, list, delete]

    private static let user = Command.Argument(name: "NAME", help: "the user")

    private static let mechanism = Command.Option(
      name: "mechanism", value: "NAME", repeats: true,
      help: "SCRAM-SHA-256 or SCRAM-SHA-512; both by default")

    private static let add = Command(
      name: "user add", summary: "Make a user who logs in with a password, or change the password",
      details: """
        The password is the first line of the standard input, or of a file; at a terminal it is
        asked for. What is kept of it does not let anybody log in. The users are in the log: the
        first one is made before a server has it open.
        """,
      arguments: [user],
      options: [
        .at, mechanism,
        .init(
          name: "iterations", value: "N",
          help: "how hard it is to guess: 4096 to 16384; 8192 by default"),
        .init(
          name: "password-file", value: "FILE", help: "where the password is, not the input"),
      ],
      examples: [
        .init(
          line: "varve user add admin --at data --password-file /run/secrets/admin",
          purpose: "before the first 'varve serve'")
      ],
      run: add)

    private static let list = Command(
      name: "user list", summary: "List the users who log in with passwords",
      options: [.at, .json],
      examples: [.init(line: "varve user list --at data", purpose: "names and mechanisms")],
      run: list)

    private static let delete = Command(
      name: "user delete", summary: "Take a user's passwords away", arguments: [user],
      options: [.at, mechanism],
      examples: [.init(line: "varve user delete alice", purpose: "alice cannot log in any more")],
      run: delete)
  }

  extension UserCommands {
    private static func add(_ call: Invocation) async throws {
      let mechanisms = try call.mechanisms()
      let iterations = try call.number("iterations", in: 4_096...16_384) ?? 8_192
      let password = try Password.read(call.value("password-file"))
      try await call.withLog(.creating) { varve in
        try await varve.setPassword(
          password, of: call["NAME"], for: mechanisms, iterations: iterations)
      }
    }

    private static func list(_ call: Invocation) async throws {
      try await call.withLog(.writing) { varve in
        let users = try await varve.users()
        if call.isJSON { return try call.output.write(JSON.array(users.map(\.json)).line) }
        var table = Table("USER", "MECHANISM", ">ITERATIONS")
        for user in users {
          for (mechanism, iterations) in user.credentials {
            table.add(user.name, mechanism.rawValue, String(iterations))
          }
        }
        try call.output.write(table.text)
      }
    }

    private static func delete(_ call: Invocation) async throws {
      let mechanisms = try call.mechanisms()
      try await call.withLog(.writing) { varve in
        let name = call["NAME"]
        do throws(VarveError) { try await varve.removeUser(name, for: mechanisms) } catch {
          guard error.code == .unknownUser else { throw error }
          let names = try await varve.users().map(\.name).filter { $0 != name }
          throw CommandError(error.message + suggestion(for: name, among: names))
        }
      }
    }
  }

  extension Invocation {
    fileprivate func mechanisms() throws(UsageError) -> Set<Varve.PasswordMechanism> {
      var found: Set<Varve.PasswordMechanism> = []
      for text in values("mechanism") {
        guard let mechanism = Varve.PasswordMechanism(rawValue: text.uppercased()) else {
          let known = Varve.PasswordMechanism.allCases.map(\.rawValue).joined(separator: ", ")
          throw UsageError("--mechanism takes one of \(known), not '\(text)'")
        }
        found.insert(mechanism)
      }
      return found.isEmpty ? Set(Varve.PasswordMechanism.allCases) : found
    }
  }

  extension Varve.User {
    fileprivate var credentials: [(mechanism: Varve.PasswordMechanism, iterations: Int)] {
      iterations.map { ($0.key, $0.value) }.sorted { $0.0.rawValue < $1.0.rawValue }
    }

    fileprivate var json: JSON {
      .object([
        "user": .string(name),
        "credentials": .array(
          credentials.map { credential in
            .object([
              "mechanism": .string(credential.mechanism.rawValue),
              "iterations": .integer(credential.iterations),
            ])
          }),
      ])
    }
  }
#endif
