import Foundation
import Testing

/// A script of `Clients`, run against the built program.
enum StockClient {
  /// Serves a log, and runs the script with the addresses of the server and of its page of metrics,
  /// and `arguments`.
  static func run(
    _ script: String, _ arguments: String = "", settings: [String: String] = [:]
  ) async throws -> BuiltProgram.Outcome {
    let set = settings.sorted { $0.key < $1.key }.map { "--set \($0.key)=\($0.value)" }
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Clients")
    let python = try #require(ClientTests.python)
    return try await BuiltProgram().shell(
      """
      export PYTHONDONTWRITEBYTECODE=1
      mkfifo said
      varve serve --listen 127.0.0.1:0 --http 127.0.0.1:0 \
        --set group.initial.rebalance.delay.ms=0 \(set.joined(separator: " ")) 2>said &
      exec 3<said
      read -r page <&3
      read -r line <&3
      \(python) \(folder.path)/\(script) ${line##* } ${page##* } \(arguments) 2>client-errors
      kill -TERM %1
      wait %1
      # Without what librdkafka only has to say.
      grep -v '^%[67]|' client-errors | tail -n 20 >&2
      true
      """)
  }
}
