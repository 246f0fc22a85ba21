internal import Synchronization
internal import VarveBase
package import VarveProtocol

extension Broker {
  /// The rules as they are.
  package var accessRules: AccessRules {
    ruleIndex.withLock { index in
      if let index { return index }
      let made = AccessRules(metadata.image.accessRules.values)
      index = made
      return made
    }
  }

  /// The rules that a filter matches.
  package func accessRules(matching filter: AccessControlFilter) -> [AccessControlEntry] {
    metadata.image.accessRules.values.map { AccessControlEntry($0) }.filter(filter.matches)
      .sorted { $0.sortKey < $1.sortKey }
  }

  /// Adds rules, durably and at once; one that is there already is there once.
  package func add(_ entries: [AccessControlEntry]) throws(BrokerError) {
    try changeRules { image in
      var known = Set(image.accessRules.values.map { AccessControlEntry($0) })
      var generator = SystemRandomNumberGenerator()
      return entries.filter { known.insert($0).inserted }.map { entry in
        .accessControlEntry(AccessControlEntryRecord(entry, id: TopicID(using: &generator)))
      }
    }
  }

  /// Removes the rules that filters match. Returns those of each filter; what two match is the
  /// first's.
  package func removeRules(
    matching filters: [AccessControlFilter]
  ) throws(BrokerError) -> [[AccessControlEntry]] {
    var removed: [[AccessControlEntry]] = []
    try changeRules { image in
      var rest = image.accessRules
      var records: [MetadataRecord] = []
      for filter in filters {
        let matching = rest.filter { filter.matches(AccessControlEntry($0.value)) }
        removed.append(
          matching.values.map { AccessControlEntry($0) }.sorted {
            $0.sortKey < $1.sortKey
          })
        for id in matching.keys {
          rest[id] = nil
          var removal = RemoveAccessControlEntryRecord()
          removal.id = id
          records.append(.removeAccessControlEntry(removal))
        }
      }
      return records
    }
    return removed
  }

  /// One change at a time, so that the index is that of the last.
  private func changeRules(
    _ decide: (MetadataImage) -> [MetadataRecord]
  ) throws(BrokerError) {
    try catalogChange.withLock { _ throws(BrokerError) in
      do throws(CatalogError) {
        let image = try metadata.change { image, _ in decide(image) }
        ruleIndex.withLock { $0 = AccessRules(image.accessRules.values) }
      } catch { throw BrokerError(error) }
    }
  }
}

extension AccessControlEntry {
  fileprivate init(_ record: AccessControlEntryRecord) {
    self.init()
    resourceType = record.resourceType
    resourceName = record.resourceName
    patternType = record.patternType
    principal = record.principal
    host = record.host
    operation = record.operation
    permissionType = record.permissionType
  }

  fileprivate var sortKey: (Int8, String, Int8, String, String, Int8) {
    (resourceType, resourceName, patternType, principal, host, operation)
  }
}

extension AccessControlEntryRecord {
  fileprivate init(_ entry: AccessControlEntry, id: TopicID) {
    self.init()
    self.id = id
    resourceType = entry.resourceType
    resourceName = entry.resourceName
    patternType = entry.patternType
    principal = entry.principal
    host = entry.host
    operation = entry.operation
    permissionType = entry.permissionType
  }
}

extension AccessControlFilter {
  private static let any: Int8 = 1
  /// Every rule that concerns the resource of the name.
  private static let match: Int8 = 2

  package func matches(_ entry: AccessControlEntry) -> Bool {
    isAny(resourceType, entry.resourceType) && isAny(operation, entry.operation)
      && isAny(permissionType, entry.permissionType)
      && principal ?? entry.principal == entry.principal
      && host ?? entry.host == entry.host && matchesPattern(entry)
  }

  private func isAny(_ wanted: Int8, _ value: Int8) -> Bool {
    wanted == Self.any || wanted == value
  }

  private func matchesPattern(_ entry: AccessControlEntry) -> Bool {
    guard patternType != Self.match else {
      guard let resourceName else { return true }
      if entry.patternType == AccessRules.prefixed {
        return resourceName.utf8.starts(with: entry.resourceName.utf8)
      }
      return [resourceName, AccessRules.wildcard].contains(entry.resourceName)
    }
    return isAny(patternType, entry.patternType)
      && resourceName ?? entry.resourceName == entry.resourceName
  }
}
