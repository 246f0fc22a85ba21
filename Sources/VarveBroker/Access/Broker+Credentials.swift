internal import VarveBase
package import VarveProtocol

/// A change of a user's SCRAM credential.
package enum CredentialChange: Sendable {
  case set(UserScramCredentialRecord)
  case remove(CredentialKey)
}

extension Broker {
  /// A user's credential for a mechanism, by Kafka's number.
  package func credential(of user: String, mechanism: Int8) -> UserScramCredentialRecord? {
    metadata.image.credentials[CredentialKey(user: user, mechanism: mechanism)]
  }

  /// The credential for a mechanism of the user who is first by name: the same for as long as no
  /// credential changes, also after a start.
  package func sampleCredential(mechanism: Int8) -> UserScramCredentialRecord? {
    metadata.image.credentials.lazy.filter { $0.key.mechanism == mechanism }
      .min { $0.key < $1.key }?.value
  }

  /// All credentials, in the order of users and mechanisms.
  package func credentials() -> [UserScramCredentialRecord] {
    metadata.image.credentials.sorted { $0.key < $1.key }.map(\.value)
  }

  /// Changes credentials, durably and at once. A user who lacks one that is to be removed keeps
  /// all as it was; returns those.
  package func alterCredentials(
    _ changes: [CredentialChange]
  ) throws(BrokerError) -> Set<String> {
    var lacking: Set<String> = []
    do throws(CatalogError) {
      try metadata.change { image, _ in
        lacking = image.usersLacking(changes)
        return changes.filter { !lacking.contains($0.user) }.map(\.record)
      }
    } catch { throw BrokerError(error) }
    return lacking
  }
}

extension MetadataImage {
  fileprivate func usersLacking(_ changes: [CredentialChange]) -> Set<String> {
    Set(
      changes.compactMap { change in
        guard case .remove(let key) = change, credentials[key] == nil else { return nil }
        return key.user
      })
  }
}

extension CredentialChange {
  fileprivate var user: String {
    switch self {
    case .set(let credential): credential.name
    case .remove(let key): key.user
    }
  }

  fileprivate var record: MetadataRecord {
    switch self {
    case .set(let credential): return .userScramCredential(credential)
    case .remove(let key):
      var removal = RemoveUserScramCredentialRecord()
      removal.name = key.user
      removal.mechanism = key.mechanism
      return .removeUserScramCredential(removal)
    }
  }
}
