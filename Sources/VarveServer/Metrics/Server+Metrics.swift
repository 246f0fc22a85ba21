internal import VarveBase
internal import VarveBroker
internal import VarveLog

/// What a server has done and what its log holds, as metrics. Operating.md explains each.
extension Exposition {
  /// Requests, connections and bytes.
  mutating func add(_ counts: ServerCounts, open: Int, refused: UInt64, names: [Int16: String]) {
    add(traffic: counts, open: open, refused: refused)
    let requests = counts.requests.enumerated().compactMap { key, request in
      request.count > 0 ? names[Int16(key)].map { (name: $0, request: request) } : nil
    }
    begin("varve_requests_total", .counter, "Requests that were answered, by API.")
    for (name, request) in requests {
      add("varve_requests_total", ["api": name], request.count)
    }
    begin("varve_request_errors_total", .counter, "Error codes in answers, by API and code.")
    let errors = counts.errors.sorted {
      ($0.key.key, $0.key.code.rawValue) < ($1.key.key, $1.key.code.rawValue)
    }
    for (error, count) in errors {
      guard let name = names[error.key] else { continue }
      add("varve_request_errors_total", ["api": name, "error": error.code.kafkaName], count)
    }
    begin(
      "varve_request_seconds", .histogram,
      "Time from a request's arrival to its answer, long polls included, by API.")
    for (name, request) in requests { add(request, of: name) }
    add(counts.quotaWaits)
  }

  private mutating func add(_ waits: [QuotaKind: QuotaWaits]) {
    let waits = QuotaKind.allCases.map { (name: $0.rawValue, wait: waits[$0] ?? QuotaWaits()) }
    begin("varve_quota_waits_total", .counter, "Waits that a quota put on a client.")
    for (name, wait) in waits { add("varve_quota_waits_total", ["quota": name], wait.count) }
    begin("varve_quota_wait_seconds_total", .counter, "How long those waits were.")
    for (name, wait) in waits {
      add("varve_quota_wait_seconds_total", ["quota": name], Double(wait.milliseconds) / 1e3)
    }
  }

  private mutating func add(traffic counts: ServerCounts, open: Int, refused: UInt64) {
    begin("varve_connections", .gauge, "Connections that are open.")
    add("varve_connections", open)
    begin("varve_connections_opened_total", .counter, "Connections that were let in.")
    add("varve_connections_opened_total", counts.openedConnections)
    begin("varve_connections_refused_total", .counter, "Connections that were one too many.")
    add("varve_connections_refused_total", refused)
    begin("varve_received_bytes_total", .counter, "Bytes that clients sent.")
    add("varve_received_bytes_total", counts.receivedBytes)
    begin("varve_sent_bytes_total", .counter, "Bytes that were sent to clients.")
    add("varve_sent_bytes_total", counts.sentBytes)
  }

  private mutating func add(_ request: RequestCount, of api: String) {
    let name = "varve_request_seconds"
    var below: UInt64 = 0
    for (bound, count) in zip(RequestCount.boundsInSeconds, request.buckets) {
      below += count
      add("\(name)_bucket", ["api": api, "le": "\(bound)"], below)
    }
    add("\(name)_bucket", ["api": api, "le": "+Inf"], request.count)
    add("\(name)_sum", ["api": api], Double(request.nanoseconds) / 1e9)
    add("\(name)_count", ["api": api], request.count)
  }
}

// MARK: - The log

extension Exposition {
  /// What the partitions hold.
  mutating func add(_ partitions: [Partition]) {
    let partitions = partitions.sorted {
      ($0.id.topic.description, $0.id.partition) < ($1.id.topic.description, $1.id.partition)
    }
    let gauges: [(name: String, help: String, value: (Partition) -> Int64)] = [
      (
        "varve_log_start_offset", "The first offset of a partition.",
        { $0.log.startOffset.rawValue }
      ),
      ("varve_log_end_offset", "The offset after the last record.", { $0.log.endOffset.rawValue }),
      ("varve_log_bytes", "Bytes of a partition's segments.", { Int64($0.log.sizeInBytes) }),
      ("varve_log_segments", "Segments of a partition.", { Int64($0.log.segments.count) }),
    ]
    for gauge in gauges {
      begin(gauge.name, .gauge, gauge.help)
      for partition in partitions {
        add(
          gauge.name,
          [
            "topic": partition.id.topic.description,
            "partition": String(partition.id.partition),
          ], gauge.value(partition))
      }
    }
  }

  /// What keeps the log in order.
  mutating func addUpkeep(of broker: Broker) {
    begin("varve_syncs_total", .counter, "Syncs that were asked of the file system.")
    add("varve_syncs_total", broker.syncCount)
    begin("varve_upkeep_total", .counter, "Steps of upkeep that were done.")
    let upkeep = UpkeepStep.allCases.map { ($0, broker.upkeep[$0] ?? UpkeepCounts.Count()) }
    for (step, count) in upkeep { add("varve_upkeep_total", ["step": step.label], count.done) }
    begin("varve_upkeep_failures_total", .counter, "Steps of upkeep that failed.")
    for (step, count) in upkeep {
      add("varve_upkeep_failures_total", ["step": step.label], count.failed)
    }
    begin("varve_disk_available_bytes", .gauge, "Bytes that may still be written to the disk.")
    // A disk that cannot be asked says so in every append, too.
    if let space = try? broker.space() {
      add("varve_disk_available_bytes", space.availableBytes)
    }
  }
}

extension UpkeepStep {
  fileprivate var label: String {
    switch self {
    case .sync: "sync"
    case .retention: "retention"
    case .checkpoint: "checkpoint"
    case .removal: "removal"
    case .compaction: "compaction"
    case .coldCompression: "cold_compression"
    }
  }
}
