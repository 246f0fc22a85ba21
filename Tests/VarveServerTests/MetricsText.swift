/// A strict reader of Prometheus' text format 0.0.4, written from its description: what a scraper
/// would refuse, and what one would accept but only by luck, throws.
struct MetricsText {
  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  struct Sample: Hashable {
    let name: String
    let labels: [String: String]
    let value: Double
  }

  struct Family: Hashable {
    let name: String
    let kind: String
    let help: String
    var samples: [Sample] = []
  }

  private(set) var families: [Family] = []

  init(_ text: String) throws {
    guard text.hasSuffix("\n") else { throw Failure(description: "the last line has no end") }
    var help: (name: String, text: String)?
    for line in text.dropLast().split(separator: "\n", omittingEmptySubsequences: false) {
      if let match = line.wholeMatch(of: /# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)/) {
        help = (String(match.1), String(match.2))
      } else if let match = line.wholeMatch(
        of: /# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|histogram)/)
      {
        guard let begun = help, begun.name == match.1,
          !families.contains(where: { $0.name == begun.name })
        else { throw Failure(description: "not after its HELP, or a second time: \(line)") }
        families.append(Family(name: begun.name, kind: String(match.2), help: begun.text))
        help = nil
      } else {
        try take(try Self.sample(line))
      }
    }
    for family in families where family.kind == "histogram" { try Self.check(histogram: family) }
  }

  private mutating func take(_ sample: Sample) throws {
    guard let family = families.last else { throw Failure(description: "no TYPE before \(sample)") }
    let suffixes = family.kind == "histogram" ? ["_bucket", "_sum", "_count"] : [""]
    guard suffixes.contains(where: { sample.name == family.name + $0 }) else {
      throw Failure(description: "\(sample.name) among those of \(family.name)")
    }
    guard family.kind != "counter" || sample.name.hasSuffix("_total") && sample.value >= 0 else {
      throw Failure(description: "\(sample) is no counter")
    }
    let isNew = !family.samples.contains { $0.name == sample.name && $0.labels == sample.labels }
    guard isNew else { throw Failure(description: "\(sample) twice") }
    families[families.count - 1].samples.append(sample)
  }

  private static func sample(_ line: Substring) throws -> Sample {
    let pattern = /([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? ([^ ]+)/
    guard let match = line.wholeMatch(of: pattern) else {
      throw Failure(description: "no sample: '\(line)'")
    }
    guard let value = Double(match.3 == "+Inf" ? "inf" : match.3) else {
      throw Failure(description: "no number: '\(line)'")
    }
    let labels = try match.2.map { try Self.labels($0) } ?? [:]
    return Sample(name: String(match.1), labels: labels, value: value)
  }

  private static func labels(_ text: Substring) throws -> [String: String] {
    var labels: [String: String] = [:]
    var rest = text
    while !rest.isEmpty {
      let pattern = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\["\\n])*)"(,|$)/
      guard let match = rest.prefixMatch(of: pattern) else {
        throw Failure(description: "no label: '\(rest)'")
      }
      guard labels[String(match.1)] == nil else { throw Failure(description: "twice: \(text)") }
      labels[String(match.1)] = unescaped(match.2)
      rest = rest[match.range.upperBound...]
    }
    return labels
  }

  private static func unescaped(_ text: Substring) -> String {
    var result = ""
    var isEscaped = false
    for letter in text {
      if isEscaped {
        result.append(letter == "n" ? "\n" : letter)
        isEscaped = false
      } else if letter == "\\" {
        isEscaped = true
      } else {
        result.append(letter)
      }
    }
    return result
  }

  /// Buckets grow with their bounds, and the last has all.
  private static func check(histogram family: Family) throws {
    var series: [[String: String]: [(bound: Double, count: Double)]] = [:]
    for sample in family.samples where sample.name.hasSuffix("_bucket") {
      var labels = sample.labels
      let text = labels.removeValue(forKey: "le") ?? ""
      guard let bound = text == "+Inf" ? Double.infinity : Double(text) else {
        throw Failure(description: "le '\(text)'")
      }
      series[labels, default: []].append((bound, sample.value))
    }
    for (labels, buckets) in series {
      let isOrdered = zip(buckets, buckets.dropFirst()).allSatisfy {
        $0.bound < $1.bound && $0.count <= $1.count
      }
      let count = family.samples.first { $0.name.hasSuffix("_count") && $0.labels == labels }
      let sum = family.samples.first { $0.name.hasSuffix("_sum") && $0.labels == labels }
      guard isOrdered, buckets.last?.bound == .infinity, buckets.last?.count == count?.value,
        sum != nil
      else { throw Failure(description: "no histogram: \(family.name) \(labels)") }
    }
  }

  /// The value of a sample, nil where there is none.
  func value(_ name: String, _ labels: [String: String] = [:]) -> Double? {
    families.lazy.flatMap(\.samples).first { $0.name == name && $0.labels == labels }?.value
  }
}
