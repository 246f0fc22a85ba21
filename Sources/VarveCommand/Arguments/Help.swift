/// What `--help` prints, made from the table of commands.
enum Help {
  /// The help of the program.
  static func text(of commands: [Command]) -> String {
    let width = commands.map(\.name.count).max() ?? 0
    let lines = commands.map { "  \(padded($0.name, width))  \($0.summary)" }
    return """
      A partitioned commit log in Kafka's file format.

      Usage: varve COMMAND …

      \(lines.joined(separator: "\n"))

      \(conventions)

      """
  }

  /// What holds for every command.
  static let conventions = """
    'varve COMMAND --help' says more of a command, with examples; 'varve help --man' is the manual
    page. --at, or the environment's VARVE_AT, names the log: its directory, or the HOST:PORT of a
    broker. Data goes to the standard output, the rest to the standard error. Ends with 0; 1 where
    it failed; 2 where the command line is wrong.
    """

  /// The help of one command.
  static func text(of command: Command) -> String {
    var sections = ["\(command.summary)\n\nUsage: \(usage(of: command))"]
    if !command.details.isEmpty { sections.append(command.details) }
    if !command.arguments.isEmpty {
      sections.append(
        "Arguments:\n" + table(command.arguments.map { ($0.name, $0.help) }))
    }
    sections.append("Options:\n" + table(command.allOptions.map { ($0.synopsis, $0.help) }))
    if !command.examples.isEmpty {
      let examples = command.examples.map { "  # \($0.purpose)\n  \($0.line)" }
      sections.append("Examples:\n" + examples.joined(separator: "\n"))
    }
    return sections.joined(separator: "\n\n") + "\n"
  }

  static func usage(of command: Command) -> String {
    let arguments = command.arguments.map(\.name).joined(separator: " ")
    return "varve \(command.name) \(arguments)\(arguments.isEmpty ? "" : " ")[OPTION]…"
  }

  private static func table(_ rows: [(String, String)]) -> String {
    let width = rows.map(\.0.count).max() ?? 0
    return rows.map { "  \(padded($0.0, width))  \($0.1)" }.joined(separator: "\n")
  }
}

extension Command.Option {
  var synopsis: String {
    "--\(name)" + (value.map { " \($0)" } ?? "") + (repeats ? " …" : "")
  }
}
