internal import Synchronization

/// A number that only grows: appends, bytes, failures. May be counted from any thread.
package final class Counter: Sendable {
  private let count = Atomic<Int>(0)

  package func add(_ amount: Int = 1) {
    precondition(amount >= 0)
    // Relaxed: a statistic orders nothing.
    count.wrappingAdd(amount, ordering: .relaxed)
  }

  package var value: Int { count.load(ordering: .relaxed) }
}

/// A number that goes up and down: open segments, bytes kept. May be set from any thread.
package final class Gauge: Sendable {
  private let level = Atomic<Int>(0)

  package func set(_ value: Int) { level.store(value, ordering: .relaxed) }

  package func add(_ amount: Int) { level.wrappingAdd(amount, ordering: .relaxed) }

  package var value: Int { level.load(ordering: .relaxed) }
}

/// The metrics of one part of Varve, with what they are called and what they mean. Each is made
/// once, when the part is opened, and kept by whoever counts.
package struct MetricsRegistry: Sendable {
  package struct Metric: Sendable {
    /// As Prometheus wants it: `varve_log_appended_bytes_total`.
    package let name: String
    /// One sentence.
    package let help: String
    private let read: @Sendable () -> Int

    package var value: Int { read() }

    fileprivate init(name: String, help: String, read: @escaping @Sendable () -> Int) {
      self.name = name
      self.help = help
      self.read = read
    }
  }

  /// In the order in which they were made.
  package private(set) var metrics: [Metric] = []

  package init() {}

  package mutating func counter(_ name: String, _ help: String) -> Counter {
    let counter = Counter()
    add(name, help) { counter.value }
    return counter
  }

  package mutating func gauge(_ name: String, _ help: String) -> Gauge {
    let gauge = Gauge()
    add(name, help) { gauge.value }
    return gauge
  }

  private mutating func add(_ name: String, _ help: String, _ read: @escaping @Sendable () -> Int) {
    precondition(!metrics.contains { $0.name == name }, "two metrics are called \(name)")
    metrics.append(Metric(name: name, help: help, read: read))
  }
}
