/// A command line that fits its command: what was given, by name.
struct Invocation {
  let command: Command
  private let arguments: [String: String]
  private let options: [String: [String]]
  let environment: @Sendable (String) -> String?
  let output: StandardOutput

  /// Reads what stands after the command's name. Throws `UsageError`.
  init(
    _ command: Command, _ words: ArraySlice<String>, output: StandardOutput,
    environment: @escaping @Sendable (String) -> String?
  ) throws(UsageError) {
    var parser = ArgumentParser(command)
    try parser.parse(words)
    self.command = command
    arguments = try parser.named()
    options = parser.options
    self.output = output
    self.environment = environment
  }

  /// A positional argument; every one is there.
  subscript(_ name: String) -> String { arguments[name] ?? "" }

  func has(_ option: String) -> Bool { options[option] != nil }

  /// The last value of an option.
  func value(_ option: String) -> String? { options[option]?.last }

  func values(_ option: String) -> [String] { options[option] ?? [] }

  /// An option as a number in a range; nil where it was not given.
  func number<Number: FixedWidthInteger>(
    _ option: String, in range: ClosedRange<Number>
  ) throws(UsageError) -> Number? {
    guard let text = value(option) else { return nil }
    guard let number = Number(text), range.contains(number) else {
      let limit = range.upperBound == .max ? "or more" : "to \(range.upperBound)"
      throw UsageError("--\(option) takes a number, \(range.lowerBound) \(limit), not '\(text)'")
    }
    return number
  }

  /// The values of an option that are written `NAME=VALUE`.
  func pairs(_ option: String) throws(UsageError) -> [(name: String, value: String)] {
    var pairs: [(name: String, value: String)] = []
    for text in values(option) {
      guard let equals = text.firstIndex(of: "="), equals > text.startIndex else {
        throw UsageError("--\(option) takes NAME=VALUE, not '\(text)'")
      }
      pairs.append((String(text[..<equals]), String(text[text.index(after: equals)...])))
    }
    return pairs
  }

  var isJSON: Bool { has("json") }

  /// Where the log is, as it was named: a directory, or a broker. Throws where none was named.
  private func place() throws(UsageError) -> String {
    if let place = value("at") ?? environment("VARVE_AT"), !place.isEmpty { return place }
    throw UsageError("which log? Name its directory with --at, or in the environment's VARVE_AT")
  }

  /// The directory of the log. Throws where none was named, or a broker.
  func directory() throws(UsageError) -> String {
    let place = try place()
    guard try brokerAddress() == nil else {
      throw UsageError(
        "'\(command.name)' works on the files of a log: --at takes its directory, and '\(place)' "
          + "is a broker")
    }
    return place
  }

  /// The address of the broker that the log is at; nil where it is a directory: anything that there
  /// is on the disk, or that does not look like `HOST:PORT`.
  func brokerAddress() throws(UsageError) -> String? {
    let place = try place()
    guard place.wholeMatch(of: /[^\/,]+:[0-9]+(?:,[^\/,]+:[0-9]+)*/) != nil,
      !System.exists(place)
    else { return nil }
    return place
  }
}

/// A command line that does not say what the command needs: the program ends with 2.
struct UsageError: Error {
  let message: String
  init(_ message: String) { self.message = message }
}

/// A command that could not do it: the program ends with 1.
struct CommandError: Error {
  let message: String
  init(_ message: String) { self.message = message }
}
