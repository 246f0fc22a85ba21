#if Serve
  internal import VarveBase
  internal import VarveBroker
  internal import VarveClient
  internal import VarveProtocol
  internal import VarveSecurity
  internal import VarveServer

  /// The users who log in with passwords. They are in the log, as Kafka keeps them: the first can
  /// be made before anybody serves it.
  extension Varve {
    /// All users, by name.
    ///
    /// - Throws: `.refused` by a broker that does not tell us; `.readOnly`.
    public func users() async throws(VarveError) -> [User] {
      let response: DescribeUserScramCredentialsResponse
      switch cluster {
      case let local as LocalCluster:
        return Dictionary(grouping: local.broker.credentials(), by: \.name).map { name, records in
          User(name, records.map { ($0.mechanism, $0.iterations) })
        }.sorted { $0.name < $1.name }
      case let remote as RemoteCluster:
        response = try await remote.ask(DescribeUserScramCredentialsRequest())
      default: throw .usersNeedLog
      }
      guard response.errorCode == .none else {
        throw VarveError(
          refusing: "the users cannot be listed", response.errorCode, response.errorMessage)
      }
      return response.results.map { result in
        User(result.user, result.credentials.map { ($0.mechanism, $0.iterations) })
      }.sorted { $0.name < $1.name }
    }

    /// Makes a user, or gives one another password. The password itself is not kept, nor sent.
    ///
    /// - Parameters:
    ///   - password: What the user logs in with: not empty.
    ///   - user: The user's name.
    ///   - mechanisms: What clients may log in by.
    ///   - iterations: How hard it is to guess the password for somebody who has what is kept, and
    ///     to log in: 4,096 to 16,384.
    /// - Throws: `.invalidArgument` for an empty name or password, or iterations out of their
    ///   range; `.refused` by a broker; `.readOnly`.
    public func setPassword(
      _ password: String, of user: String,
      for mechanisms: Set<PasswordMechanism> = Set(PasswordMechanism.allCases),
      iterations: Int = 8_192
    ) async throws(VarveError) {
      guard !user.isEmpty, !password.isEmpty, !mechanisms.isEmpty else {
        throw VarveError(
          .invalidArgument, "user '\(user)' needs a name, a password and a mechanism")
      }
      guard let count = Int32(exactly: iterations), (4_096...16_384).contains(count) else {
        throw VarveError(.invalidArgument, "\(iterations) iterations: it is 4,096 to 16,384")
      }
      var request = AlterUserScramCredentialsRequest()
      var generator = SystemRandomNumberGenerator()
      request.upsertions = mechanisms.sorted { $0.rawValue < $1.rawValue }.map { mechanism in
        let salt = generator.bytes(32)
        var upsertion = AlterUserScramCredentialsRequest.Upsertion()
        (upsertion.name, upsertion.mechanism) = (user, mechanism.scram.rawValue)
        (upsertion.iterations, upsertion.salt) = (count, ByteSlice(salt))
        upsertion.saltedPassword = ByteSlice(
          mechanism.scram.function.salted(Array(password.utf8), salt: salt, iterations: count))
        return upsertion
      }
      try await alter(request, "user '\(user)' was not made")
    }

    /// Takes a user's passwords away: nobody can log in with them any more. Who is logged in stays
    /// so until the session is over.
    ///
    /// - Throws: `.unknownUser` where there is none of them; `.refused` by a broker; `.readOnly`.
    public func removeUser(
      _ name: String, for mechanisms: Set<PasswordMechanism> = Set(PasswordMechanism.allCases)
    ) async throws(VarveError) {
      let known = try await users().first { $0.name == name }?.iterations.keys.map { $0 } ?? []
      let removed = mechanisms.intersection(known)
      guard !removed.isEmpty else {
        throw VarveError(.unknownUser, "there is no user '\(name)' with such a password")
      }
      var request = AlterUserScramCredentialsRequest()
      request.deletions = removed.sorted { $0.rawValue < $1.rawValue }.map { mechanism in
        var deletion = AlterUserScramCredentialsRequest.Deletion()
        (deletion.name, deletion.mechanism) = (name, mechanism.scram.rawValue)
        return deletion
      }
      try await alter(request, "user '\(name)' was not removed")
    }

    private func alter(
      _ request: AlterUserScramCredentialsRequest, _ failure: String
    ) async throws(VarveError) {
      let response: AlterUserScramCredentialsResponse
      switch cluster {
      case let local as LocalCluster:
        response = CredentialAlteration(request).perform(local.broker)
      case let remote as RemoteCluster: response = try await remote.ask(request)
      default: throw .usersNeedLog
      }
      for result in response.results where result.errorCode != .none {
        throw VarveError(refusing: failure, result.errorCode, result.errorMessage)
      }
    }
  }

  extension Varve.User {
    fileprivate init(_ name: String, _ credentials: [(mechanism: Int8, iterations: Int32)]) {
      self.name = name
      let known = credentials.compactMap { credential in
        ScramMechanism(rawValue: credential.mechanism).map {
          (Varve.PasswordMechanism($0), Int(credential.iterations))
        }
      }
      iterations = Dictionary(known) { $1 }
    }
  }

  extension Varve.PasswordMechanism {
    fileprivate init(_ mechanism: ScramMechanism) {
      switch mechanism {
      case .sha256: self = .scramSHA256
      case .sha512: self = .scramSHA512
      }
    }

    fileprivate var scram: ScramMechanism {
      switch self {
      case .scramSHA256: .sha256
      case .scramSHA512: .sha512
      }
    }
  }

  extension RemoteCluster {
    /// Asks one of the brokers.
    fileprivate func ask<Asked: Question>(
      _ question: Asked
    ) async throws(VarveError) -> Asked.Reply {
      try await persistently { () throws(VarveError) in
        do throws(ClientError) { return try await self.brokers.askAny(question) } catch {
          throw VarveError(error)
        }
      }
    }
  }

  extension VarveError {
    fileprivate static let usersNeedLog = VarveError(
      .readOnly, "users are in a log that this program has open for writing, or at a broker")
  }
#endif
