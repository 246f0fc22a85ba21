/// How often records were delivered, against those that should be, once each.
public struct DeliveryCount: Hashable, Sendable {
  /// How many different records should be delivered.
  public private(set) var expected = 0
  /// How many of them were delivered, once or more.
  public private(set) var delivered = 0
  /// How many deliveries of them came after the first of the same record.
  public private(set) var duplicates = 0
  /// How many deliveries were of something else.
  public private(set) var strays = 0

  /// How many of the expected were never delivered.
  public var losses: Int { expected - delivered }

  public init(expected: some Sequence<RecordID>, deliveries: some Sequence<RecordID>) {
    var isDelivered: [RecordID: Bool] = [:]
    for record in expected { isDelivered[record] = false }
    self.expected = isDelivered.count
    for record in deliveries {
      switch isDelivered[record] {
      case false?:
        isDelivered[record] = true
        delivered += 1
      case true?: duplicates += 1
      case nil: strays += 1
      }
    }
  }

  /// Whether the guarantee allows this.
  public func satisfies(_ guarantee: DeliveryGuarantee) -> Bool {
    guard strays == 0 else { return false }
    return switch guarantee {
    case .atMostOnce: duplicates == 0
    case .atLeastOnce: losses == 0
    case .effectivelyOnce: losses == 0 && duplicates == 0
    }
  }
}

/// What a consumer promises about each record.
public enum DeliveryGuarantee: Hashable, Sendable, CaseIterable {
  /// Never twice; perhaps not at all. Offsets are committed before the work.
  case atMostOnce
  /// Never lost; perhaps twice. Offsets are committed after the work.
  case atLeastOnce
  /// Once, as far as anybody can see: offsets and output are committed together.
  case effectivelyOnce
}
