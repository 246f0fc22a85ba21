internal import VarveBase
package import VarveBroker
package import VarveProtocol
internal import VarveSecurity

// AlterUserScramCredentials: sets and removes users' passwords, those of each user all or none
// (KIP-554). Version 0.
//
// What the client sends is the password salted and hashed many times; what is kept cannot be used
// in its place.
extension Handler {
  static let alterUserScramCredentials = Handler(
    blocking: AlterUserScramCredentialsRequest.self
  ) { request, context in
    var alteration = CredentialAlteration(request)
    do throws(TopicRefusal) { try context.requireCluster(.alter) } catch {
      alteration.refuseAll(error)
    }
    return alteration.perform(context.broker)
  }
}

/// The changes of a request, by user.
package struct CredentialAlteration {
  /// In the order of the request.
  private var users: [String] = []
  private var changes: [String: [CredentialChange]] = [:]
  private var refusals: [String: TopicRefusal] = [:]
  private var keys: Set<CredentialKey> = []

  package init(_ request: AlterUserScramCredentialsRequest) {
    for deletion in request.deletions { add(deletion) }
    for upsertion in request.upsertions { add(upsertion) }
  }

  private mutating func add(_ deletion: AlterUserScramCredentialsRequest.Deletion) {
    add(deletion.name, deletion.mechanism) { (key, _) throws(TopicRefusal) in .remove(key) }
  }

  private mutating func add(_ upsertion: AlterUserScramCredentialsRequest.Upsertion) {
    add(upsertion.name, upsertion.mechanism) { (_, mechanism) throws(TopicRefusal) in
      .set(try upsertion.record(mechanism))
    }
  }

  private mutating func add(
    _ user: String, _ mechanism: Int8,
    _ change: (CredentialKey, ScramMechanism) throws(TopicRefusal) -> CredentialChange
  ) {
    if changes[user] == nil { users.append(user) }
    do throws(TopicRefusal) {
      let key = CredentialKey(user: user, mechanism: mechanism)
      changes[user, default: []] += []
      guard !user.isEmpty else {
        throw TopicRefusal(.unacceptableCredential, "a user's name is empty")
      }
      guard let known = ScramMechanism(rawValue: mechanism) else {
        throw TopicRefusal(
          .unsupportedSASLMechanism,
          "mechanism \(mechanism): there are SCRAM-SHA-256 (1) and SCRAM-SHA-512 (2)")
      }
      guard keys.insert(key).inserted else {
        throw TopicRefusal(
          .duplicateResource,
          "a credential of user '\(user)' is changed twice in the same request")
      }
      changes[user, default: []].append(try change(key, known))
    } catch {
      refusals[user] = refusals[user] ?? error
    }
  }

  mutating func refuseAll(_ refusal: TopicRefusal) {
    for user in users { refusals[user] = refusal }
  }

  /// Does it. Returns what became of each user.
  package func perform(_ broker: Broker) -> AlterUserScramCredentialsResponse {
    var refusals = refusals
    let accepted = users.filter { refusals[$0] == nil }
    do throws(BrokerError) {
      for user in try broker.alterCredentials(accepted.flatMap { changes[$0] ?? [] }) {
        refusals[user] = TopicRefusal(
          .resourceNotFound, "user '\(user)' has no such credential to be removed")
      }
    } catch {
      for user in accepted { refusals[user] = TopicRefusal(error) }
    }
    var response = AlterUserScramCredentialsResponse()
    response.results = users.map { user in
      var result = AlterUserScramCredentialsResponse.Result()
      result.user = user
      result.errorCode = refusals[user]?.code ?? .none
      result.errorMessage = refusals[user]?.message
      return result
    }
    return response
  }
}

extension AlterUserScramCredentialsRequest.Upsertion {
  private static let saltBytesMax = 1 << 10

  /// What is kept of the credential.
  fileprivate func record(
    _ mechanism: ScramMechanism
  ) throws(TopicRefusal) -> UserScramCredentialRecord {
    guard ScramLimits.iterations.contains(iterations) else {
      throw TopicRefusal(
        .unacceptableCredential,
        "\(iterations) iterations for user '\(name)': it is \(ScramLimits.iterations.lowerBound)"
          + " to \(ScramLimits.iterations.upperBound)")
    }
    guard (1...Self.saltBytesMax).contains(salt.count),
      saltedPassword.count == mechanism.function.byteCount
    else {
      throw TopicRefusal(
        .unacceptableCredential,
        "a salt of \(salt.count) bytes and a salted password of \(saltedPassword.count) for user"
          + " '\(name)': they have 1 to \(Self.saltBytesMax) and \(mechanism.function.byteCount)")
    }
    let credential = ScramCredential(
      saltedPassword: Array(saltedPassword), salt: Array(salt), iterations: iterations,
      mechanism.function)
    var record = UserScramCredentialRecord()
    record.name = name
    record.mechanism = mechanism.rawValue
    record.salt = ByteSlice(credential.salt)
    record.storedKey = ByteSlice(credential.storedKey)
    record.serverKey = ByteSlice(credential.serverKey)
    record.iterations = credential.iterations
    return record
  }
}
