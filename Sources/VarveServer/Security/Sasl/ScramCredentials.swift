package import VarveProtocol
internal import VarveSecurity

/// Where the broker finds the credentials of users, and of those who are none.
///
/// Whoever tries names must not learn which are users: an unknown one gets a salt and a number of
/// iterations too, the same each time, also after a start, and fails at the end as a wrong password
/// does.
package struct ScramCredentials: Sendable {
  /// What the metadata log says.
  package typealias Lookup =
    @Sendable (_ user: String, ScramMechanism) -> UserScramCredentialRecord?
  /// Some user's credential for a mechanism.
  package typealias Sample = @Sendable (ScramMechanism) -> UserScramCredentialRecord?

  private let lookup: Lookup
  private let sample: Sample
  private let secret: [UInt8]

  package init(secret: [UInt8], sample: @escaping Sample, lookup: @escaping Lookup) {
    self.lookup = lookup
    self.sample = sample
    self.secret = secret
  }

  /// The user's credential, or for somebody unknown one that no password fits.
  func credential(of user: String, _ mechanism: ScramMechanism) -> ScramCredential {
    // Both are made whether or not they are needed: it is to take the same time.
    let decoy = decoy(of: user, mechanism)
    return lookup(user, mechanism).map { ScramCredential($0) } ?? decoy
  }

  /// Looks like what users have.
  private func decoy(of user: String, _ mechanism: ScramMechanism) -> ScramCredential {
    let model = sample(mechanism)
    let salt = pseudorandom(model?.salt.count ?? 32, for: "salt", user, mechanism)
    let byteCount = mechanism.function.byteCount
    return ScramCredential(
      salt: salt, iterations: model?.iterations ?? ScramLimits.iterations.lowerBound,
      storedKey: pseudorandom(byteCount, for: "stored key", user, mechanism),
      serverKey: pseudorandom(byteCount, for: "server key", user, mechanism))
  }

  private func pseudorandom(
    _ count: Int, for purpose: String, _ user: String, _ mechanism: ScramMechanism
  ) -> [UInt8] {
    var bytes: [UInt8] = []
    var block: UInt8 = 0
    while bytes.count < count {
      let message = [block, UInt8(mechanism.rawValue)] + Array("\(purpose):\(user)".utf8)
      bytes += HashFunction.sha512.mac(of: message, key: secret)
      block &+= 1
    }
    return Array(bytes.prefix(count))
  }
}

/// What SCRAM is used with here.
enum ScramLimits {
  /// Fewer are too easily tried one after the other, more keep clients busy: as Kafka has it.
  static let iterations: ClosedRange<Int32> = 4_096...16_384
  /// A client's message is kept until the next: nobody needs one that is longer.
  static let messageBytesMax = 4 << 10
}
