import Foundation
import Testing
import VarveProtocol

/// Goal: the documentation says what the server answers. Method: what it tells a client is put as a
/// table and compared with the article's.
@Suite struct CoverageTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  @Test("G23: the coverage table in the documentation is what the server tells its clients")
  func table() async throws {
    let response = try await ServedBroker.run { served in
      try await served.client { client -> ApiVersionsResponse in
        try client.ask(ApiVersionsRequest.named, version: 4)
      }
    }
    let names = try Self.names()
    let rows = response.apis.sorted { $0.key < $1.key }.map { api in
      let name = names[api.key] ?? "?"
      let versions =
        api.lowest == api.highest ? "\(api.lowest)" : "\(api.lowest) to \(api.highest)"
      return "| \(api.key) | \(name) | \(versions) |"
    }
    let article = try String(
      contentsOf: Self.root.appending(path: "Sources/Varve/Varve.docc/WireCoverage.md"),
      encoding: .utf8)
    let written = article.split(separator: "\n").filter { $0.hasPrefix("| ") }.map(String.init)
    let table = ["| key | API | versions |", "| --- | --- | --- |"] + rows
    #expect(written == table, "the table has to be:\n\(table.joined(separator: "\n"))")
  }

  /// The names of the APIs, as the files of their messages have them.
  private static func names() throws -> [Int16: String] {
    let folder = root.appending(path: "Sources/VarveProtocol/Messages")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    return Dictionary(
      files.compactMap { file -> (Int16, String)? in
        let parts = file.split(separator: ".")[0].split(separator: "-")
        guard parts.count == 2, let key = Int16(parts[0]) else { return nil }
        return (key, String(parts[1]))
      }, uniquingKeysWith: { first, _ in first })
  }
}

extension ApiVersionsRequest {
  /// Of a client that says who it is, as versions from 3 on want it.
  fileprivate static var named: ApiVersionsRequest {
    var request = ApiVersionsRequest()
    request.clientSoftwareName = "tests"
    request.clientSoftwareVersion = "1"
    return request
  }
}
