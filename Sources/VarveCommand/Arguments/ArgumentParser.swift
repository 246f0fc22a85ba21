/// Sorts the words of a command line into options and arguments.
struct ArgumentParser {
  private let command: Command
  private(set) var options: [String: [String]] = [:]
  private var arguments: [String] = []

  init(_ command: Command) { self.command = command }

  mutating func parse(_ words: ArraySlice<String>) throws(UsageError) {
    var words = words
    while let word = words.popFirst() {
      if word == "--" {
        arguments += words
        return
      }
      if word == "-h" {
        options["help"] = [""]
      } else if word.hasPrefix("--") {
        try takeOption(word.dropFirst(2), &words)
      } else if word.hasPrefix("-") && word.count > 1 && Int(word) == nil {
        throw UsageError("unknown option '\(word)': options begin with two dashes")
      } else {
        arguments.append(word)
      }
    }
  }

  private mutating func takeOption(
    _ text: Substring, _ words: inout ArraySlice<String>
  ) throws(UsageError) {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(parts[0])
    guard let option = command.allOptions.first(where: { $0.name == name }) else {
      let names = command.allOptions.map { "--" + $0.name }
      throw UsageError("unknown option '--\(name)'" + suggestion(for: "--" + name, among: names))
    }
    if !option.repeats && options[name] != nil {
      throw UsageError("--\(name) is given twice")
    }
    options[name, default: []].append(try value(of: option, parts.dropFirst().first, &words))
  }

  private func value(
    of option: Command.Option, _ attached: Substring?, _ words: inout ArraySlice<String>
  ) throws(UsageError) -> String {
    guard let placeholder = option.value else {
      if attached == nil { return "" }
      throw UsageError("--\(option.name) takes no value")
    }
    if let attached { return String(attached) }
    guard let word = words.popFirst() else {
      throw UsageError("--\(option.name) needs a value: --\(option.name) \(placeholder)")
    }
    return word
  }

  /// The arguments by the names that the command has for them.
  func named() throws(UsageError) -> [String: String] {
    if options["help"] != nil { return [:] }
    let expected = command.arguments
    if arguments.count < expected.count {
      throw UsageError("\(expected[arguments.count].name) is missing")
    }
    if arguments.count > expected.count {
      throw UsageError("unexpected argument '\(arguments[expected.count])'")
    }
    return Dictionary(
      zip(expected.map(\.name), arguments), uniquingKeysWith: { first, _ in first })
  }
}
