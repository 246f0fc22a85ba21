package import VarveBase

/// A header for a record to be built: a name and a value, which may be null. Names may repeat.
package struct RecordHeader: Hashable, Sendable {
  package var key: ByteSlice
  package var value: ByteSlice?

  package init(key: ByteSlice, value: ByteSlice?) {
    self.key = key
    self.value = value
  }

  package init(key: String, value: ByteSlice?) {
    self.init(key: ByteSlice(key.utf8), value: value)
  }
}
