/// What identifies a message on the wire or in a log: its key, the versions that we speak, and the
/// first one that is *flexible* (KIP-482: compact lengths and tagged fields).
package struct API: Hashable, Sendable {
  /// The key in a request's header or a metadata record's frame; -1 for messages that have none.
  package let key: Int16
  package let versions: ClosedRange<Int16>
  /// The first flexible version; above all versions where none is.
  package let flexibleSince: Int16

  package init(
    _ key: Int16 = -1, versions: ClosedRange<Int16>, flexibleSince: Int16 = Int16.max
  ) {
    self.key = key
    self.versions = versions
    self.flexibleSince = flexibleSince
  }
}
