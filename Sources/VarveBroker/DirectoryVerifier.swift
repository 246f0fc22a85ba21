package import VarveBase
package import VarveLog

/// Reads what is at the root of a data directory and what the metadata says, and reports every
/// fault; changes nothing. The partitions themselves are `LogVerifier`'s.
///
/// A directory that another process writes may say of topics that are being made or deleted what
/// is not so yet.
package struct DirectoryVerifier {
  package typealias Fault = LogVerifier.Fault

  private let path: String
  private let fileSystem: any FileSystem

  package init(_ path: String, on fileSystem: any FileSystem) {
    self.path = path
    self.fileSystem = fileSystem
  }

  /// What was read.
  package struct Report: Sendable, Equatable {
    /// Files at the root that belong there.
    package var files = 0
    package var topics = 0
    package var faults: [Fault] = []
  }

  /// Throws only where there is no such directory.
  package func verify() throws(LogError) -> Report {
    let names: [String]
    do { names = try fileSystem.contents(ofDirectory: path) } catch { throw LogError(error) }
    var report = Report()
    verifyProperties(names, &report)
    for kind in OffsetCheckpoint.Kind.allCases where names.contains(kind.rawValue) {
      report.files += 1
      attempt(.checkpoint, kind.rawValue, &report) { () throws(LogError) in
        _ = try OffsetCheckpoint(kind, in: path, on: fileSystem).read()
      }
    }
    for name in names where name.hasSuffix(".tmp") {
      report.faults.append(
        Fault(.leftover, file: name, "a file that was being written when its writer ended"))
    }
    if names.contains(CleanShutdownMarker.fileName) { report.files += 1 }
    if names.contains(SecretFile.name) { report.files += 1 }
    verifyMetadata(names, &report)
    return report
  }

  private func verifyProperties(_ names: [String], _ report: inout Report) {
    let name = MetaProperties.fileName
    guard names.contains(name) else {
      report.faults.append(
        Fault(.metaProperties, file: name, "is missing: nothing says whose directory this is"))
      return
    }
    report.files += 1
    attempt(.metaProperties, name, &report) { () throws(LogError) in
      _ = try MetaProperties.read(in: path, on: fileSystem)
    }
  }

  /// The metadata log with its snapshots, and whether what it says is there.
  private func verifyMetadata(_ names: [String], _ report: inout Report) {
    let directory = MetadataDirectory(in: path, on: fileSystem)
    let image: MetadataImage
    do {
      try verifySnapshots(directory, &report)
      try directory.checkForDamage()
      image = try directory.read().image
    } catch {
      report.faults.append(fault(error))
      return
    }
    let present = Set(names)
    for topic in image.topics {
      report.topics += 1
      for index in 0..<topic.partitionCount {
        let id = TopicPartition(topic: topic.name, partition: index)
        guard !present.contains("\(id)") else { continue }
        report.faults.append(
          Fault(.metadata, file: "\(id)", "is missing: the metadata has this partition"))
      }
    }
  }

  /// Each snapshot is read: a start goes by the one before where the newest does not read.
  private func verifySnapshots(
    _ directory: MetadataDirectory, _ report: inout Report
  ) throws(MetadataError) {
    for id in try directory.snapshots() {
      let file = "\(directory.path)/\(id)"
      let bytes = try directory.contents(of: file)
      do throws(MetadataError) {
        _ = try MetadataSnapshot.read(bytes.bytes, id: id, path: file)
      } catch { report.faults.append(fault(error)) }
    }
  }

  private func fault(_ error: MetadataError) -> Fault {
    let file = error.path.map { relative($0) } ?? MetadataDirectory.name
    return Fault(
      error.code == .io ? .unreadable : .metadata, file: file, offset: error.offset, error.reason)
  }

  private func attempt(
    _ code: Fault.Code, _ name: String, _ report: inout Report, _ body: () throws(LogError) -> Void
  ) {
    do { try body() } catch {
      report.faults.append(
        Fault(
          error.code == .io ? .unreadable : code, file: name, at: error.place, error.message))
    }
  }

  private func relative(_ file: String) -> String {
    file.hasPrefix(path + "/") ? String(file.dropFirst(path.utf8.count + 1)) : file
  }
}
