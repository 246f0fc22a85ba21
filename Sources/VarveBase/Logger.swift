/// Where Varve tells what it does: a label, a least level, and a function that takes the messages.
///
/// There is no global logger, and without a sink nothing is kept.
public struct Logger: Sendable {
  /// Takes a message, from any thread, at once: it should not block.
  public typealias Sink = @Sendable (LogEntry) -> Void

  /// Who speaks: `varve`, `varve.log` …
  public let label: String
  /// Messages below it are not made.
  public var level: LogLevel { threshold.level }
  /// Shared with those who may change the level.
  package let threshold: LogThreshold
  private let time: any TimeSource
  private let sink: Sink?
  private var metadata: [(key: LogKey, value: String)] = []

  /// A logger that hands messages to `sink`.
  public init(label: String, level: LogLevel = .info, sink: @escaping Sink) {
    self.init(label: label, level: level, time: SystemTime(), sink: sink)
  }

  package init(label: String, level: LogLevel, time: any TimeSource, sink: Sink?) {
    self.label = label
    threshold = LogThreshold(level)
    self.time = time
    self.sink = sink
  }

  /// Throws every message away.
  public static let discarding = Logger(
    label: "varve", level: .critical, time: SystemTime(), sink: nil)

  /// A logger that says `value` with each of its messages.
  package func with(_ key: LogKey, _ value: String) -> Logger {
    var copy = self
    copy.metadata.append((key, value))
    return copy
  }

  /// Logs a message. It and what goes with it are made only where the level is wanted.
  package func log(
    _ level: LogLevel, _ message: @autoclosure () -> String,
    _ details: @autoclosure () -> KeyValuePairs<LogKey, String> = [:]
  ) {
    guard let sink, level >= threshold.level else { return }
    sink(
      LogEntry(
        time: time.now, level: level, label: label, message: message(),
        metadata: metadata + details().map { (key: $0.key, value: $0.value) }))
  }
}

/// One message.
public struct LogEntry: Sendable {
  public let time: Timestamp
  public let level: LogLevel
  public let label: String
  public let message: String
  /// In the order in which it is best read.
  public let metadata: [(key: LogKey, value: String)]
}
