package import VarveBase

extension FileSystem {
  /// The bytes of a file, or nil where there is none. Throws `.io`.
  package func readFile(_ path: String) throws(LogError) -> ByteSlice? {
    do {
      return try AtomicFile(path, on: self).read().map { ByteSlice($0) }
    } catch { throw LogError(error) }
  }

  /// Puts `bytes` in place of a file in one step: whatever happens, a later start finds the old
  /// bytes or the new ones. On the disk for good when this returns. Throws `.io`, and the old file
  /// is as it was.
  func replaceFile(_ path: String, with bytes: [UInt8]) throws(LogError) {
    do { try AtomicFile(path, on: self).replace(with: bytes) } catch { throw LogError(error) }
  }
}

extension [UInt8] {
  /// Appends an integer big-endian.
  mutating func appendBigEndian(_ value: some FixedWidthInteger) {
    for shift in stride(from: value.bitWidth - 8, through: 0, by: -8) {
      append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }
}
