package import VarveBase

/// A partition's leader epochs in its directory: a line `EPOCH START-OFFSET` for each.
package enum LeaderEpochCheckpoint {
  package static let fileName = "leader-epoch-checkpoint"

  /// The epochs of the partition in `directory`; none where the file is missing. Throws `.corrupt`,
  /// `.unsupportedVersion`, `.io`.
  package static func read(
    in directory: String, on fileSystem: any FileSystem
  ) throws(LogError) -> LeaderEpochs {
    let path = "\(directory)/\(fileName)"
    guard let bytes = try fileSystem.readFile(path) else { return LeaderEpochs() }
    return try decode(bytes, file: path)
  }

  /// Replaces the file in one step. Throws `.io`.
  package static func write(
    _ epochs: LeaderEpochs, in directory: String, on fileSystem: any FileSystem
  ) throws(LogError) {
    try fileSystem.replaceFile("\(directory)/\(fileName)", with: encode(epochs))
  }

  /// Reads a checkpoint's text; `file` is for errors. Throws `.corrupt`, `.unsupportedVersion`.
  package static func decode(_ bytes: ByteSlice, file: String) throws(LogError) -> LeaderEpochs {
    let text = try CheckpointText(bytes, fieldCount: 2, file: file)
    var epochs = LeaderEpochs()
    for (line, fields) in text.entries {
      guard let epoch = Int32(fields[0]), epoch >= 0 else {
        throw text.corrupt(fields[0], line: line, "no leader epoch")
      }
      let start = try text.offset(fields[1], line: line)
      if let last = epochs.latest, last.epoch >= epoch || last.startOffset >= start {
        throw text.corrupt(fields[0], line: line, "an epoch that can't follow \(last.epoch)")
      }
      epochs.assign(epoch, startOffset: start)
    }
    return epochs
  }

  package static func encode(_ epochs: LeaderEpochs) -> [UInt8] {
    CheckpointText.encode(epochs.entries.map { "\($0.epoch) \($0.startOffset)" })
  }
}
