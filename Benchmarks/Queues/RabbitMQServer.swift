#if Peers
  import Glibc

  /// A RabbitMQ of its own on ports of loopback, if it is installed: one node, with quorum queues.
  struct RabbitMQServer {
    let port = UInt16(22_000 + getpid() % 2_000)
    private let node: ServerProcess
    private let mapper: ServerProcess

    /// Nil where it is not installed.
    init?(in directory: String) throws {
      let home = "/usr/lib/rabbitmq/lib"
      let found = try Shell.output("ls -d \(home)/*/sbin/rabbitmq-server 2>/dev/null")
      guard let program = found.split(separator: "\n").first.map(String.init) else { return nil }
      mkdir(directory, 0o755)
      // The ports of Erlang's own, which nodes are found and reached by.
      let (mapping, distribution) = (port + 2_000, port + 4_000)
      for port in [port, mapping, distribution] where Loopback.isTaken(port) {
        throw BenchmarkFailure("port \(port), where RabbitMQ is to be measured, is taken")
      }
      let environment = [
        "HOME=\(directory)", "RABBITMQ_NODENAME=bench@localhost", "RABBITMQ_NODE_PORT=\(port)",
        "RABBITMQ_NODE_IP_ADDRESS=127.0.0.1", "RABBITMQ_DIST_PORT=\(distribution)",
        "ERL_EPMD_PORT=\(mapping)", "ERL_EPMD_ADDRESS=127.0.0.1",
        "RABBITMQ_MNESIA_BASE=\(directory)/data", "RABBITMQ_LOG_BASE=\(directory)/log",
        "RABBITMQ_ENABLED_PLUGINS_FILE=\(directory)/plugins", "RABBITMQ_CONF_ENV_FILE=/dev/null",
        "RABBITMQ_CONFIG_FILE=\(directory)/config",
      ]
      let started = try ServerProcess(
        starting: "/usr/bin/env", environment + [program], output: "\(directory)/said")
      try Loopback.wait(for: port, of: started, named: "RabbitMQ")
      node = try ServerProcess(listeningAt: port)
      mapper = try ServerProcess(listeningAt: mapping)
    }

    func stop() {
      node.kill()
      mapper.kill()
    }
  }
#endif
