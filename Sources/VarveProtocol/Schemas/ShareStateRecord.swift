package import VarveBase

/// A record of `__share_group_state`: a partition of a share group, and its state or a change of
/// it; no value forgets it.
package enum ShareStateRecord: CoordinatorRecord {
  case snapshot(ShareSnapshotKey, ShareSnapshotValue?)
  case update(ShareUpdateKey, ShareUpdateValue?)

  package init?(key: RawSpan, value: RawSpan?) throws(WireError) {
    let frame = try RecordFrame(key: key, value: value, of: "share state record")
    switch frame.type {
    case 0: self = .snapshot(try frame.key(), try frame.value())
    case 1: self = .update(try frame.key(), try frame.value())
    default: return nil
    }
  }

  package var encoded: (key: ByteSlice, value: ByteSlice?) {
    switch self {
    case .snapshot(let key, let value): RecordFrame.encode(key, value, version: 0)
    case .update(let key, let value): RecordFrame.encode(key, value, version: 0)
    }
  }
}
