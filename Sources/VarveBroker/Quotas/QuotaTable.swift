internal import VarveProtocol

/// What is limited, by Kafka's names.
package enum QuotaKind: String, CaseIterable, Sendable {
  /// Bytes of records a second that a client may produce.
  case producerByteRate = "producer_byte_rate"
  /// Bytes of records a second that a client may fetch.
  case consumerByteRate = "consumer_byte_rate"
  /// Per cent of one thread's time that a client's requests may take.
  case requestPercentage = "request_percentage"

  /// The longest that a client waits at a time: a second for time, as in Kafka, for it is not told
  /// to; a minute for bytes, lest one request that was too large ends a client.
  package var waitMillisecondsMax: Int64 { self == .requestPercentage ? 1_000 : 60_000 }
}

/// The quotas of users and clients, and which of them holds for whom.
package struct QuotaTable: Equatable, Sendable {
  /// A name, or the default of all names that have no quota of their own.
  private enum Name: Hashable, Sendable {
    case of(String)
    case standard

    init(_ name: String?) { self = name.map { .of($0) } ?? .standard }
  }

  private struct Entity: Hashable, Sendable {
    /// Nil where the quota is not of users.
    var user: Name?
    var clientID: Name?
  }

  /// A quota that holds for a client, and whom the client shares it with: everybody for whom
  /// `user` and `clientID` are the same.
  package struct Match: Hashable, Sendable {
    package let limit: Double
    package let user: String?
    package let clientID: String?

    package init(limit: Double, user: String?, clientID: String?) {
      self.limit = limit
      self.user = user
      self.clientID = clientID
    }
  }

  private var limits: [Entity: [QuotaKind: Double]] = [:]

  package init() {}

  /// Takes what is stored; quotas of other kinds or of addresses are left alone.
  package init(_ quotas: [QuotaEntity: [String: Double]]) {
    for (stored, values) in quotas {
      var entity = Entity()
      var isKnown = !stored.parts.isEmpty
      for part in stored.parts {
        switch part.type {
        case "user": entity.user = Name(part.name)
        case "client-id": entity.clientID = Name(part.name)
        default: isKnown = false
        }
      }
      guard isKnown else { continue }
      for (key, value) in values {
        if let kind = QuotaKind(rawValue: key) { limits[entity, default: [:]][kind] = value }
      }
    }
  }

  package var isEmpty: Bool { limits.isEmpty }

  /// The quota of a kind that holds for a client: of those that there are the most particular one,
  /// in Kafka's order. A user's counts for more than a client id's.
  package func match(_ kind: QuotaKind, user: String, clientID: String) -> Match? {
    for users: Name? in [.of(user), .standard, nil] {
      for clients: Name? in [.of(clientID), .standard, nil] {
        guard let limit = limits[Entity(user: users, clientID: clients)]?[kind] else { continue }
        return Match(
          limit: limit, user: users == nil ? nil : user,
          clientID: clients == nil ? nil : clientID)
      }
    }
    return nil
  }
}
