/// A command of the program: one row of the table that parsing, help and dispatch are made from.
struct Command: Sendable {
  /// As it is typed after `varve`: `topic create`.
  let name: String
  /// What it does, as one line.
  let summary: String
  /// What there is to know beyond the options; whole paragraphs.
  var details = ""
  /// The names of its positional arguments, all of them required.
  var arguments: [Argument] = []
  var options: [Option] = []
  /// Command lines that work, each with what it does.
  var examples: [Example] = []
  let run: @Sendable (Invocation) async throws -> Void

  struct Argument: Sendable {
    let name: String
    let help: String
  }

  struct Example: Sendable {
    let line: String
    let purpose: String
  }

  /// An option, written `--name VALUE` or `--name=VALUE`, or `--name` alone.
  struct Option: Sendable {
    /// Without the dashes.
    let name: String
    /// What stands for its value in the help; nil for one that takes none.
    var value: String?
    var repeats = false
    let help: String
  }

  /// Its options and those that each command has, or each that reaches brokers.
  var allOptions: [Option] {
    #if Serve
      if options.contains(where: { $0.value == Option.at.value }) {
        return options + [.commandConfig, .help]
      }
    #endif
    return options + [.help]
  }
}

extension Command.Option {
  static let help = Command.Option(name: "help", help: "show this and end")
  static let json = Command.Option(name: "json", help: "print JSON")
  /// Where the log is, for a command that works on its files.
  static let directory = Command.Option(
    name: "at", value: "DIRECTORY", help: "the log; the environment's VARVE_AT by default")
  /// Where the log is, or who serves it.
  static let at = Command.Option(
    name: "at", value: "LOG",
    help: "its directory, or the HOST:PORT of a broker; the environment's VARVE_AT by default")
  /// How a broker is reached, for a command that works with one.
  static let commandConfig = Command.Option(
    name: "command-config", value: "FILE",
    help: "how to reach a broker, as in Kafka's client.properties")
  static let partition = Command.Option(name: "partition", value: "N", help: "only this partition")
  static let config = Command.Option(
    name: "config", value: "NAME=VALUE", repeats: true,
    help: "set a config, with Kafka's names and values")
  static let isolation = Command.Option(
    name: "isolation", value: "LEVEL",
    help: "read_uncommitted, the default, or read_committed")
  static let format = Command.Option(
    name: "format", value: "FORMAT", help: "how a record is printed; '%s\\n' by default")
}

extension Command.Argument {
  static let topic = Command.Argument(name: "NAME", help: "the topic")
}
