internal import CVarve

/// CRC32C (Castagnoli, RFC 3720), the checksum of record batches.
///
/// The CPU's instruction where there is one: 20 GB/s and more on buffers from a few KiB up.
package enum CRC32C {
  /// The checksum of `bytes`, continuing from the checksum of those before them.
  package static func checksum(_ bytes: RawSpan, continuing crc: UInt32 = 0) -> UInt32 {
    unsafe bytes.withUnsafeBytes { unsafe varve_crc32c(crc, $0.baseAddress, $0.count) }
  }

  /// The same without the CPU's instruction, as it runs where that is missing.
  package static func portableChecksum(
    _ bytes: RawSpan, continuing crc: UInt32 = 0
  ) -> UInt32 {
    unsafe bytes.withUnsafeBytes { unsafe varve_crc32c_portable(crc, $0.baseAddress, $0.count) }
  }
}
