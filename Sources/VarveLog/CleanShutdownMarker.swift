package import VarveBase

/// The file `.kafka_cleanshutdown` at the top of a data directory: whoever wrote there last closed
/// its logs, and they need no recovery.
///
///     {"version":0,"brokerEpoch":9}
///
/// It is removed before anything else is written, so that it never speaks for a crash.
package enum CleanShutdownMarker {
  package static let fileName = ".kafka_cleanshutdown"

  /// Whether the marker is there. Kafka goes by that alone as well; the broker's epoch in it is for
  /// replicas that catch up (KIP-966).
  package static func exists(
    in directory: String, on fileSystem: any FileSystem
  ) throws(LogError) -> Bool {
    do { return try fileSystem.kind(of: "\(directory)/\(fileName)") == .file } catch {
      throw LogError(error)
    }
  }

  /// Leaves the marker, after everything else is on the disk for good.
  package static func write(
    brokerEpoch: Int64 = -1, in directory: String, on fileSystem: any FileSystem
  ) throws(LogError) {
    let text = "{\"version\":0,\"brokerEpoch\":\(brokerEpoch)}"
    try fileSystem.replaceFile("\(directory)/\(fileName)", with: Array(text.utf8))
  }

  /// Takes the marker away, if it is there, for good before this returns: where it is not, a
  /// process may have been killed just after it had taken it away.
  package static func remove(
    in directory: String, on fileSystem: any FileSystem
  ) throws(LogError) {
    let path = "\(directory)/\(fileName)"
    do throws(FileError) {
      if try fileSystem.kind(of: path) != nil { try fileSystem.remove(path) }
      try fileSystem.syncDirectory(directory)
    } catch { throw LogError(error) }
  }
}
