/// The manual page, made from the table of commands: `varve help --man`.
enum ManPage {
  /// The page in the language of `man`, a section for each command.
  static func text(of commands: [Command]) -> String {
    let sections =
      [
        ".TH VARVE 1 \"\" \"varve \(Program.version)\" \"User Commands\"",
        ".SH NAME\nvarve \\- a partitioned commit log in Kafka's file format",
        ".SH SYNOPSIS\n.B varve\n.I COMMAND\n.RI [ ARGUMENT ...]\n.RI [ OPTION ...]",
        ".SH DESCRIPTION\n" + paragraphs(Help.conventions),
        ".SH COMMANDS",
      ] + commands.map(section) + [
        ".SH ENVIRONMENT\n" + item("VARVE_AT", "the directory of the log, where --at is not given"),
        ".SH EXIT STATUS\n"
          + [("0", "it was done"), ("1", "it failed"), ("2", "the command line is wrong")]
          .map { item($0, $1) }.joined(separator: "\n"),
        ".SH SEE ALSO\n.BR kcat (1)",
      ]
    return sections.joined(separator: "\n") + "\n"
  }

  private static func section(_ command: Command) -> String {
    var parts = [".SS \(escaped(Help.usage(of: command)))", text(command.summary + ".")]
    if !command.details.isEmpty { parts.append(".PP\n" + paragraphs(command.details)) }
    parts += command.arguments.map { item($0.name, $0.help) }
    parts += command.allOptions.map { item($0.synopsis, $0.help) }
    parts += command.examples.map { example in
      let purpose = text(example.purpose.capitalised + ":")
      // A line of the shell stays a line.
      return ".PP\n\(purpose)\n.PP\n.nf\n.RS\n\(text(example.line))\n.RE\n.fi"
    }
    return parts.joined(separator: "\n")
  }

  private static func item(_ term: String, _ help: String) -> String {
    ".TP\n.B \(escaped(term))\n\(text(help))"
  }

  /// Paragraphs are filled; one with lines that are set off is a table, and stays as it is.
  private static func paragraphs(_ details: String) -> String {
    var paragraphs: [[Substring]] = [[]]
    for line in details.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.isEmpty {
        paragraphs.append([])
      } else {
        paragraphs[paragraphs.count - 1].append(line)
      }
    }
    return paragraphs.map { lines in
      let body = lines.map { text(String($0)) }.joined(separator: "\n")
      return lines.contains { $0.hasPrefix(" ") } ? ".nf\n\(body)\n.fi" : body
    }.joined(separator: "\n.PP\n")
  }

  /// A line of text: one that begins as a request does not become one.
  private static func text(_ line: String) -> String {
    let isRequest = line.hasPrefix(".") || line.hasPrefix("'")
    return (isRequest ? "\\&" : "") + escaped(line)
  }

  private static func escaped(_ text: String) -> String {
    text.map { character in
      switch character {
      case "\\": "\\e"
      case "-": "\\-"
      case "…": "..."
      default: String(character)
      }
    }.joined()
  }
}

extension String {
  fileprivate var capitalised: String { prefix(1).uppercased() + dropFirst() }
}
