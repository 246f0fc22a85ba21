#if Peers
  import Varve

  extension Bench {
    /// Starts Varve and the peers that are installed, has `body` measure them, and ends them.
    func withServers(
      _ body: ([any StreamServer]) throws -> [Comparison]
    ) async throws -> [Comparison] {
      try await inDirectory { directory in
        var servers: [any StreamServer] = []
        defer { for server in servers { server.stop() } }
        let varve = try await ServedVarve(in: "\(directory)/varve", options.program)
        do {
          servers.append(
            KafkaServer("Varve", at: varve.address, process: varve.process) { varve.kill() })
          for peer in options.peers {
            servers.append(
              KafkaServer(peer.name, at: peer.address, process: try peer.process) {})
          }
          if let nats = try NATSServer(in: "\(directory)/nats") { servers.append(nats) }
          if let redis = try RedisStreams(in: "\(directory)/redis") { servers.append(redis) }
          let comparisons = try body(servers)
          try await varve.close()
          return comparisons
        } catch {
          try? await varve.close()
          throw error
        }
      }
    }
  }
#endif
