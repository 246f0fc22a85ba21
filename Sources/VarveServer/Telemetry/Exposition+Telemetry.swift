internal import VarveBase

extension Exposition {
  /// What clients push of themselves.
  mutating func add(_ telemetry: TelemetryRegister) {
    begin("varve_client_series_dropped_total", .counter, "Series that clients pushed in vain.")
    add("varve_client_series_dropped_total", telemetry.leftOut)
    let clients = telemetry.clients.filter { $0.value.pushCount > 0 }
      .sorted { $0.key.rawValue < $1.key.rawValue }
    begin("varve_client_pushes_total", .counter, "Pushes of metrics, by client.")
    for (id, client) in clients {
      add("varve_client_pushes_total", Self.labels(id, client), client.pushCount)
    }
    begin("varve_client_pushed_bytes_total", .counter, "Bytes of metrics pushed, by client.")
    for (id, client) in clients {
      add("varve_client_pushed_bytes_total", Self.labels(id, client), client.pushedBytes)
    }
    begin("varve_client_metric", .gauge, "What a client pushed last, by client and metric.")
    for (id, client) in clients {
      let values = client.metrics.values.sorted {
        ($0.key.name, $0.key.attributes) < ($1.key.name, $1.key.attributes)
      }
      for (series, value) in values {
        add(
          "varve_client_metric",
          [
            "client_instance_id": id.description, "client_id": client.identity.clientID,
            "metric": series.name, "attributes": series.attributes,
          ], value)
      }
    }
  }

  private static func labels(_ id: TopicID, _ client: TelemetryClient) -> Labels {
    let software = client.identity.software
    return [
      "client_instance_id": id.description, "client_id": client.identity.clientID,
      "software": "\(software.name) \(software.version)",
    ]
  }
}
