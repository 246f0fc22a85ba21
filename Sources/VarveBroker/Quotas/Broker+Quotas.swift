internal import VarveBase
internal import VarveProtocol

extension Broker {
  /// The quotas that are stored, in no order.
  package var quotas: [QuotaEntity: [String: Double]] { metadata.image.quotas }

  /// Sets and, with nil, removes quotas of users and clients, durably and at once; what is so
  /// already is not written again. Throws what the disk said.
  package func alterQuotas(
    of entity: QuotaEntity, _ changes: [QuotaKind: Double?]
  ) throws(BrokerError) {
    do throws(CatalogError) {
      try metadata.change { image, _ in
        let current = image.quotas[entity] ?? [:]
        return changes.sorted { $0.key.rawValue < $1.key.rawValue }.compactMap { kind, value in
          guard current[kind.rawValue] != value else { return nil }
          var record = ClientQuotaRecord()
          record.entity = entity.parts
          record.key = kind.rawValue
          record.value = value ?? 0
          record.isRemoved = value == nil
          return .clientQuota(record)
        }
      }
    } catch { throw BrokerError(error) }
    clientQuotas.update { QuotaTable(quotas) }
  }
}
