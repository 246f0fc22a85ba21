import Varve
import VarveBase

/// `varve`: finds the command, runs it, and ends with 0, 1 (failed) or 2 (usage).
@main
enum Program {
  static let version = "0.1.0"

  static let commands: [Command] =
    TopicCommands.all + GroupCommands.all + QueueCommands.all + DeadLetterCommands.all
    + TransactionCommands.all + TraceCommands.all + served
    + LogCommands.all + BenchCommands.all + [GuaranteeCommand.guarantees]

  private static var served: [Command] {
    #if Serve
      UserCommands.all + ServeCommand.all
    #else
      []
    #endif
  }

  static func main() async {
    System.ignoreBrokenPipes()
    let words = CommandLine.arguments.dropFirst()
    let work = Task { await run(words) }
    let interrupts = Interrupts { work.cancel() }
    let status = await work.value
    interrupts.stop()
    System.end(with: status)
  }

  /// Runs a command line and returns the program's status.
  private static func run(_ words: ArraySlice<String>) async -> Int32 {
    let output = StandardOutput()
    var name = "varve"
    do {
      if let text = try general(words) {
        try output.write(text)
      } else {
        let command = try command(words)
        name += " \(command.name)"
        try await run(command, words, output)
      }
      try output.flush()
      return 0
    } catch let error as UsageError {
      StandardError.write("\(error.message)\nTry '\(name) --help'.")
      return 2
    } catch is OutputClosed {
      return 0
    } catch {
      // What was printed before the failure is data all the same.
      try? output.flush()
      StandardError.write(message(of: error))
      return 1
    }
  }

  private static func run(
    _ command: Command, _ words: ArraySlice<String>, _ output: StandardOutput
  ) async throws {
    let rest = words.dropFirst(command.name.split(separator: " ").count)
    let invocation = try Invocation(
      command, rest, output: output, environment: System.environment)
    if invocation.has("help") {
      try output.write(Help.text(of: command))
    } else {
      try await command.run(invocation)
    }
  }

  /// What is printed where no command is named: help or the version.
  private static func general(_ words: ArraySlice<String>) throws(UsageError) -> String? {
    switch words.first {
    case "--version", "version": return "varve \(version)\n"
    case "--help", "-h": return Help.text(of: commands)
    case "help":
      let rest = words.dropFirst()
      if rest.elementsEqual(["--man"]) { return ManPage.text(of: commands) }
      return rest.isEmpty ? Help.text(of: commands) : Help.text(of: try command(rest))
    case nil: throw UsageError("which command?")
    default: return nil
    }
  }

  private static func command(_ words: ArraySlice<String>) throws(UsageError) -> Command {
    let pair = words.prefix(2).joined(separator: " ")
    let single = words.first ?? ""
    let all = commands + [GuaranteeWorker.command]
    if let command = all.first(where: { $0.name == pair || $0.name == single }) { return command }
    let group = commands.filter { $0.name.hasPrefix(single + " ") }.map(\.name)
    if !group.isEmpty, words.count < 2 || words.dropFirst().first?.hasPrefix("-") == true {
      throw UsageError("which command of '\(single)'? There are: \(group.joined(separator: ", "))")
    }
    let typed = group.isEmpty ? single : pair
    let names = commands.flatMap { [$0.name, String($0.name.split(separator: " ")[0])] }
    throw UsageError("unknown command '\(typed)'" + suggestion(for: typed, among: names))
  }

  private static func message(of error: any Error) -> String {
    switch error {
    case let error as CommandError: error.message
    case is CancellationError: "interrupted"
    case let error as VarveError where error.code == .cancelled: "interrupted"
    default: "\(error)"
    }
  }
}
