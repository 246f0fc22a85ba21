package import VarveBase

/// `meta.properties` at the top of a data directory: whose directory it is. A Java properties file:
///
///     version=1
///     cluster.id=4N7cGzcuSw2UCE0nPFx3Qw
///     node.id=1
///     directory.id=0_bOkYJqQ-u2oXYGsEw18w
package struct MetaProperties: Equatable, Sendable {
  package static let fileName = "meta.properties"
  private static let version = 1

  /// The cluster's id: 16 bytes in unpadded URL-safe Base64 where Kafka made it.
  package var clusterID: String
  package var nodeID: Int32
  /// The directory's id (KIP-858); nil in directories that Kafka made before 3.7.
  package var directoryID: TopicID?

  package init(clusterID: String, nodeID: Int32, directoryID: TopicID?) {
    self.clusterID = clusterID
    self.nodeID = nodeID
    self.directoryID = directoryID
  }

  /// Reads the file in `directory`; nil where it is missing. Throws `.corrupt`,
  /// `.unsupportedVersion`, `.io`.
  package static func read(
    in directory: String, on fileSystem: any FileSystem
  ) throws(LogError) -> MetaProperties? {
    let path = "\(directory)/\(fileName)"
    guard let bytes = try fileSystem.readFile(path) else { return nil }
    return try MetaProperties(bytes, file: path)
  }

  /// Replaces the file in one step. Throws `.io`.
  package func write(in directory: String, on fileSystem: any FileSystem) throws(LogError) {
    try fileSystem.replaceFile("\(directory)/\(Self.fileName)", with: encode())
  }

  /// Reads the file's text; `file` is for errors. Unknown properties are passed over, as in Kafka.
  /// Throws `.corrupt`; `.unsupportedVersion` for a version that this program does not know, so
  /// that it never writes into a directory whose rules it can't keep.
  package init(_ bytes: ByteSlice, file: String) throws(LogError) {
    let properties = try JavaProperties(bytes, file: file)
    let version = try properties.require("version")
    guard let number = Int(version.value) else { throw properties.corrupt(version, "no version") }
    guard number == Self.version else {
      throw LogError(
        .unsupportedVersion,
        "a data directory of version \(number); only \(Self.version) is known."
          + " Open it with the program that made it, or with a newer release of this one",
        file: file, at: .line(version.line))
    }
    clusterID = try properties.require("cluster.id").value
    let node = try properties.require("node.id")
    guard let nodeID = Int32(node.value), nodeID >= 0 else {
      throw properties.corrupt(node, "no node id")
    }
    self.nodeID = nodeID
    if let directory = properties["directory.id"] {
      guard let id = TopicID(directory.value) else {
        throw properties.corrupt(directory, "no directory id")
      }
      directoryID = id
    }
  }

  package func encode() -> [UInt8] {
    var text = "#\nnode.id=\(nodeID)\n"
    if let directoryID { text += "directory.id=\(directoryID)\n" }
    text += "version=\(Self.version)\ncluster.id=\(JavaProperties.escaped(clusterID))\n"
    return Array(text.utf8)
  }
}
