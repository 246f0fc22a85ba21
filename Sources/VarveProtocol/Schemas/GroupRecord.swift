package import VarveBase

/// A record of `__consumer_offsets`: what it names, and what is to be known of it; no value forgets
/// it.
///
/// The bytes of key and value begin with a number of 2 bytes each: the type of the record, and the
/// version of the value.
package enum GroupRecord: Equatable, Sendable {
  case offsetCommit(OffsetCommitKey, OffsetCommitValue?)
  case groupMetadata(GroupMetadataKey, GroupMetadataValue?)
  case consumerGroupMetadata(ConsumerGroupMetadataKey, ConsumerGroupMetadataValue?)
  case consumerGroupPartitionMetadata(
    ConsumerGroupPartitionMetadataKey, ConsumerGroupPartitionMetadataValue?)
  case consumerGroupMemberMetadata(
    ConsumerGroupMemberMetadataKey, ConsumerGroupMemberMetadataValue?)
  case consumerGroupTargetAssignmentMetadata(
    ConsumerGroupTargetAssignmentMetadataKey, ConsumerGroupTargetAssignmentMetadataValue?)
  case consumerGroupTargetAssignmentMember(
    ConsumerGroupTargetAssignmentMemberKey, ConsumerGroupTargetAssignmentMemberValue?)
  case consumerGroupCurrentMemberAssignment(
    ConsumerGroupCurrentMemberAssignmentKey, ConsumerGroupCurrentMemberAssignmentValue?)
  case shareGroupMemberMetadata(ShareGroupMemberMetadataKey, ShareGroupMemberMetadataValue?)
  case shareGroupMetadata(ShareGroupMetadataKey, ShareGroupMetadataValue?)
  case shareGroupTargetAssignmentMetadata(
    ShareGroupTargetAssignmentMetadataKey, ShareGroupTargetAssignmentMetadataValue?)
  case shareGroupTargetAssignmentMember(
    ShareGroupTargetAssignmentMemberKey, ShareGroupTargetAssignmentMemberValue?)
  case shareGroupCurrentMemberAssignment(
    ShareGroupCurrentMemberAssignmentKey, ShareGroupCurrentMemberAssignmentValue?)
  case shareGroupStatePartitionMetadata(
    ShareGroupStatePartitionMetadataKey, ShareGroupStatePartitionMetadataValue?)
  case consumerGroupRegularExpression(
    ConsumerGroupRegularExpressionKey, ConsumerGroupRegularExpressionValue?)

  /// The types of all keys, in the order of their numbers.
  package static let keyTypes: [any (WireMessage & Equatable).Type] = [
    OffsetCommitKey.self,
    GroupMetadataKey.self,
    ConsumerGroupMetadataKey.self,
    ConsumerGroupPartitionMetadataKey.self,
    ConsumerGroupMemberMetadataKey.self,
    ConsumerGroupTargetAssignmentMetadataKey.self,
    ConsumerGroupTargetAssignmentMemberKey.self,
    ConsumerGroupCurrentMemberAssignmentKey.self,
    ShareGroupMemberMetadataKey.self,
    ShareGroupMetadataKey.self,
    ShareGroupTargetAssignmentMetadataKey.self,
    ShareGroupTargetAssignmentMemberKey.self,
    ShareGroupCurrentMemberAssignmentKey.self,
    ShareGroupStatePartitionMetadataKey.self,
    ConsumerGroupRegularExpressionKey.self,
  ]

  /// The types of all values, in the same order.
  package static let valueTypes: [any (WireMessage & Equatable).Type] = [
    OffsetCommitValue.self,
    GroupMetadataValue.self,
    ConsumerGroupMetadataValue.self,
    ConsumerGroupPartitionMetadataValue.self,
    ConsumerGroupMemberMetadataValue.self,
    ConsumerGroupTargetAssignmentMetadataValue.self,
    ConsumerGroupTargetAssignmentMemberValue.self,
    ConsumerGroupCurrentMemberAssignmentValue.self,
    ShareGroupMemberMetadataValue.self,
    ShareGroupMetadataValue.self,
    ShareGroupTargetAssignmentMetadataValue.self,
    ShareGroupTargetAssignmentMemberValue.self,
    ShareGroupCurrentMemberAssignmentValue.self,
    ShareGroupStatePartitionMetadataValue.self,
    ConsumerGroupRegularExpressionValue.self,
  ]
}

extension GroupRecord: CoordinatorRecord {
  package init?(key: RawSpan, value: RawSpan?) throws(WireError) {
    let frame = try RecordFrame(key: key, value: value, of: "group record")
    switch frame.type {
    case 0, 1: self = .offsetCommit(try frame.key(), try frame.value())
    case 2: self = .groupMetadata(try frame.key(), try frame.value())
    case 3: self = .consumerGroupMetadata(try frame.key(), try frame.value())
    case 4: self = .consumerGroupPartitionMetadata(try frame.key(), try frame.value())
    case 5: self = .consumerGroupMemberMetadata(try frame.key(), try frame.value())
    case 6: self = .consumerGroupTargetAssignmentMetadata(try frame.key(), try frame.value())
    case 7: self = .consumerGroupTargetAssignmentMember(try frame.key(), try frame.value())
    case 8: self = .consumerGroupCurrentMemberAssignment(try frame.key(), try frame.value())
    case 10: self = .shareGroupMemberMetadata(try frame.key(), try frame.value())
    case 11: self = .shareGroupMetadata(try frame.key(), try frame.value())
    case 12: self = .shareGroupTargetAssignmentMetadata(try frame.key(), try frame.value())
    case 13: self = .shareGroupTargetAssignmentMember(try frame.key(), try frame.value())
    case 14: self = .shareGroupCurrentMemberAssignment(try frame.key(), try frame.value())
    case 15: self = .shareGroupStatePartitionMetadata(try frame.key(), try frame.value())
    case 16: self = .consumerGroupRegularExpression(try frame.key(), try frame.value())
    default: return nil
    }
  }

  package var encoded: (key: ByteSlice, value: ByteSlice?) {
    switch self {
    case .offsetCommit(let key, let value):
      RecordFrame.encode(key, value, version: value?.storedVersion ?? 3)
    case .groupMetadata(let key, let value): RecordFrame.encode(key, value, version: 3)
    case .consumerGroupMetadata(let key, let value): RecordFrame.encode(key, value, version: 0)
    case .consumerGroupPartitionMetadata(let key, let value):
      RecordFrame.encode(key, value, version: 0)
    case .consumerGroupMemberMetadata(let key, let value):
      RecordFrame.encode(key, value, version: 0)
    case .consumerGroupTargetAssignmentMetadata(let key, let value):
      RecordFrame.encode(key, value, version: 0)
    case .consumerGroupTargetAssignmentMember(let key, let value):
      RecordFrame.encode(key, value, version: 0)
    case .consumerGroupCurrentMemberAssignment(let key, let value):
      RecordFrame.encode(key, value, version: 0)
    case .shareGroupMemberMetadata(let key, let value): RecordFrame.encode(key, value, version: 0)
    case .shareGroupMetadata(let key, let value): RecordFrame.encode(key, value, version: 0)
    case .shareGroupTargetAssignmentMetadata(let key, let value):
      RecordFrame.encode(key, value, version: 0)
    case .shareGroupTargetAssignmentMember(let key, let value):
      RecordFrame.encode(key, value, version: 0)
    case .shareGroupCurrentMemberAssignment(let key, let value):
      RecordFrame.encode(key, value, version: 0)
    case .shareGroupStatePartitionMetadata(let key, let value):
      RecordFrame.encode(key, value, version: 0)
    case .consumerGroupRegularExpression(let key, let value):
      RecordFrame.encode(key, value, version: 0)
    }
  }
}
