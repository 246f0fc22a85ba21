import Varve
import VarveBase

/// What a command does with the log that it opens.
enum LogAccess {
  /// It makes the directory where it is missing.
  case creating
  case writing
  /// It may run beside a program that has the log open, and changes nothing.
  case reading
}

extension Invocation {
  /// Opens the log that the command line names, or connects to the broker that it names, lets
  /// `body` work with it, and closes it in order, whatever happened.
  ///
  /// Only a command that makes something makes the directory too: for the others one that is not
  /// there is most likely a slip of the pen.
  func withLog<Result>(
    _ access: LogAccess, _ body: (Varve) async throws -> Result
  ) async throws -> Result {
    if let address = try brokerAddress() {
      return try await Self.with(
        try await Varve.connect(to: address, options: try connectOptions()), body)
    }
    guard !has("command-config") else {
      throw UsageError("--command-config says how to reach a broker, and --at names a directory")
    }
    let path = try directory()
    if try access != .creating && LocalFileSystem().kind(of: path) == nil {
      throw CommandError("there is no log at \(path): 'varve topic create' makes one")
    }
    let varve: Varve
    if access == .reading {
      varve = try await Varve.openReadOnly(path)
    } else {
      var options = Varve.Options()
      options.logger = .standardError
      varve = try await Varve.open(path, options: options)
    }
    return try await Self.with(varve, body)
  }

  private func connectOptions() throws -> Varve.ConnectOptions {
    #if Serve
      if let path = value("command-config") { return try ClientProperties(path).options() }
    #endif
    return Varve.ConnectOptions()
  }

  private static func with<Result>(
    _ varve: Varve, _ body: (Varve) async throws -> Result
  ) async throws -> Result {
    let result: Result
    do { result = try await body(varve) } catch {
      // The first failure is the one to tell of.
      try? await varve.close()
      throw error
    }
    try await varve.close()
    return result
  }

  /// The topic that the command line names. Throws where there is none, saying how to make it.
  func topic(in varve: Varve) async throws -> TopicDetails {
    let name = self["NAME"]
    do { return try await varve.describeTopic(name) } catch {
      guard error.code == .unknownTopicOrPartition else { throw error }
      let names = try await varve.topics().map(\.name.description)
      throw CommandError(
        "there is no topic '\(name)'" + suggestion(for: name, among: names)
          + "\n'varve topic create \(name)' makes it.")
    }
  }

  /// The partitions of a topic that the command line asks for: all, without `--partition`.
  func partitions(of topic: TopicDetails) throws -> [TopicPartition] {
    let all = topic.topic.partitions
    guard let index = try number("partition", in: 0...Int32.max) else { return all }
    guard index < all.count else {
      throw CommandError(
        "topic '\(topic.topic.name)' has no partition \(index): the last is \(all.count - 1)")
    }
    return [all[Int(index)]]
  }
}

extension Logger {
  /// Says on the standard error what a start recovered, and what upkeep failed.
  static let standardError = Logger(label: "varve", level: .notice) { StandardError.write($0.text) }
}

extension LogEntry {
  fileprivate var text: String {
    "\(level): \(message)" + metadata.map { " \($0.key)=\($0.value)" }.joined()
  }
}
