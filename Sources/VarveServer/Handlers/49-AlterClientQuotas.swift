internal import VarveBase
internal import VarveBroker
internal import VarveProtocol

// AlterClientQuotas: sets and removes quotas of users and client ids, those of each entity all or
// none (KIP-546). Versions 0 to 1.
//
// Quotas of addresses (connection_creation_rate) and controller_mutation_rate are refused: nothing
// would keep them.
extension Handler {
  static let alterClientQuotas = Handler(blocking: AlterClientQuotasRequest.self) {
    request, context in
    var response = AlterClientQuotasResponse()
    var seen: Set<QuotaEntity> = []
    for entry in request.entries {
      var result = AlterClientQuotasResponse.Entry()
      result.entity = entry.entity
      do throws(TopicRefusal) {
        try context.requireCluster(.alterConfigs)
        let (entity, changes) = try entry.checked()
        guard seen.insert(entity).inserted else {
          throw TopicRefusal(.invalidRequest, "an entity is changed twice in the same request")
        }
        if !request.onlyValidates { try alter(entity, changes, context.broker) }
      } catch {
        result.errorCode = error.code
        result.errorMessage = error.message
      }
      response.entries.append(result)
    }
    return response
  }

  private static func alter(
    _ entity: QuotaEntity, _ changes: [QuotaKind: Double?], _ broker: Broker
  ) throws(TopicRefusal) {
    do throws(BrokerError) { try broker.alterQuotas(of: entity, changes) } catch {
      throw TopicRefusal(error)
    }
  }
}

extension AlterClientQuotasRequest.Entry {
  /// The entity and its changes, nil for those that are removed.
  fileprivate func checked() throws(TopicRefusal) -> (QuotaEntity, [QuotaKind: Double?]) {
    guard !entity.isEmpty, Set(entity.map(\.type)).count == entity.count else {
      throw TopicRefusal(.invalidRequest, "a quota is of a user, a client id, or both, each once")
    }
    for part in entity {
      guard ["user", "client-id"].contains(part.type) else {
        throw TopicRefusal(
          .invalidRequest, "quotas here are of 'user' and 'client-id', not of '\(part.type)'")
      }
      guard part.name != "" else {
        throw TopicRefusal(
          .invalidRequest, "a '\(part.type)' has an empty name: null is the default")
      }
    }
    var changes: [QuotaKind: Double?] = [:]
    for operation in operations {
      guard let kind = QuotaKind(rawValue: operation.key) else {
        let known = QuotaKind.allCases.map(\.rawValue).joined(separator: ", ")
        throw TopicRefusal(
          .invalidRequest, "there is no quota '\(operation.key)' here: there are \(known)")
      }
      guard operation.isRemoval || kind.takes(operation.value) else {
        throw TopicRefusal(
          .invalidRequest,
          "quota \(operation.key) is \(operation.value): it is more than 0, and one of bytes whole")
      }
      guard changes.updateValue(operation.isRemoval ? nil : operation.value, forKey: kind) == nil
      else { throw TopicRefusal(.invalidRequest, "quota \(operation.key) is changed twice") }
    }
    return (QuotaEntity(entity), changes)
  }
}

extension QuotaKind {
  /// Whether this can be such a quota. Bytes are whole.
  fileprivate func takes(_ value: Double) -> Bool {
    guard value > 0, value.isFinite else { return false }
    return self == .requestPercentage || value == value.rounded()
  }
}
