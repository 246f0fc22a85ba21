import Glibc
import VarveTestSupport

/// `varve serve`, as it was built, over a directory.
struct ServeProgram: Sendable {
  /// Where it listens once it has started; a client tries until then.
  let address: String
  private let process: ChildProcess

  init(_ directory: String, _ config: [String: String], errors output: String) throws {
    address = "127.0.0.1:\(try freePort())"
    let settings = config.sorted { $0.key < $1.key }.flatMap { ["--set", "\($0.key)=\($0.value)"] }
    process = try ChildProcess(
      BuiltProducts.directory + "/varve",
      ["serve", "--at", directory, "--listen", address] + settings,
      output: .discarded, errors: .file(output))
  }

  /// Asks it to end, and waits for that. Returns what it returned.
  func stop() -> Int32 {
    kill(process.processID, SIGTERM)
    return process.wait()
  }
}
