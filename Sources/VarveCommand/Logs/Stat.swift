import VarveBase

extension LogCommands {
  static func stat(_ call: Invocation) async throws {
    var table = Table(
      "PARTITION", ">SEGMENTS", ">BATCHES", ">RECORDS", ">START", ">END", ">BYTES", ">INDEXES",
      "CODECS", "OLDEST", "NEWEST")
    for place in try LogPlace.all(at: call["PATH"]) {
      try Task.checkCancellation()
      let found = try LogStatistics(place.directory, on: LocalFileSystem())
      if call.isJSON {
        let json: JSON = .object([
          "directory": .string(place.directory), "statistics": found.json,
        ])
        try call.output.write(json.line)
      }
      table.add(
        place.name, String(found.segments), String(found.batches), String(found.records),
        "\(max(found.startOffset ?? 0, place.logStartOffset))", "\(found.endOffset)",
        String(found.bytes), String(found.indexBytes),
        found.bytesByCodec.keys.sorted().joined(separator: ","),
        found.oldest?.text ?? "", found.newest?.text ?? "")
    }
    if !call.isJSON { try call.output.write(table.text) }
  }
}
