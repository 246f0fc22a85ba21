import Testing
import VarveBase
import VarveBroker

/// Goal: a server starts with what was meant, or says what it does not understand and where that
/// stood. Method: small texts; the names of Kafka's own sample file are the list to be complete by.
@Suite struct StartConfigurationTests {
  private static func configuration(
    flags: [(name: String, value: String, option: String)] = [],
    environment: [String: String] = [:], file: String = ""
  ) throws -> StartConfiguration {
    try StartConfiguration(
      flags: flags, environment: environment,
      file: ServerProperties(ByteSlice(Array(file.utf8)), file: "server.properties"))
  }

  @Test func `a flag wins over the environment, and that over the file`() throws {
    let file = "num.partitions=1\nlog.retention.hours=1\nmessage.max.bytes=1"
    let environment = ["VARVE_NUM_PARTITIONS": "2", "VARVE_LOG_RETENTION_HOURS": "2"]
    let configuration = try Self.configuration(
      flags: [("num.partitions", "3", "--set")], environment: environment, file: file)
    #expect(
      configuration.values == [
        "num.partitions": "3", "log.retention.hours": "2", "message.max.bytes": "1",
      ])
    #expect(
      configuration.entries.mapValues(\.origin) == [
        "num.partitions": .flag("--set"),
        "log.retention.hours": .variable("VARVE_LOG_RETENTION_HOURS"),
        "message.max.bytes": .file("server.properties", line: 3),
      ])
  }

  @Test func `in a file the last of a name counts`() throws {
    let configuration = try Self.configuration(file: "num.partitions=1\n\n num.partitions : 6")
    #expect(configuration["num.partitions"] == "6")
    #expect(configuration.entries["num.partitions"]?.origin == .file("server.properties", line: 3))
  }

  @Test func `every config has a variable of its own`() {
    let names = ServerConfigDefinition.all.map(\.name)
    let variables = Set(names.map(StartConfiguration.variable))
    #expect(variables.count == Set(names).count)
    #expect(StartConfiguration.variable(ofConfig: "varve.durability") == "VARVE_DURABILITY")
  }

  @Test func `variables of others are left alone`() throws {
    let environment = ["VARVE_PORT": "tcp://10.0.0.1:9092", "VARVE_AT": "data", "HOME": "/root"]
    let configuration = try Self.configuration(environment: environment)
    #expect(configuration.values == ["log.dirs": "data"])
  }

  @Test(arguments: [
    ("log.retention.hour=1", ConfigError.Code.unknownName, "server.properties, line 1"),
    ("num.partitions=none", .invalidValue, "a 32-bit number of at least 1"),
    ("num.partitions=0", .invalidValue, "at least 1"),
    ("\nlog.retention.hours=soon", .invalidValue, "server.properties, line 2"),
    (
      "sasl.login.class=org.apache.kafka.common.security.kerberos.KerberosLogin", .conflict, ""
    ),
    ("client.quota.callback.class=com.example.Quotas", .conflict, "classes of Java"),
    ("listener.name.internal.ssl.keystore.location=/keys", .conflict, "line 1"),
    ("log.dir=/tmp/kafka-logs", .conflict, "log.dirs"),
  ])
  func `what cannot be is refused with its place`(
    file: String, code: ConfigError.Code, part: String
  ) throws {
    let error = #expect(throws: ConfigError.self) { try Self.configuration(file: file) }
    #expect(error?.code == code)
    #expect(error?.description.contains(part) == true, "\(error?.description ?? "")")
  }

  @Test func `the names of Kafka's sample file are all known`() throws {
    // The names that are set in config/server.properties of Kafka 4.0.
    let file = """
      process.roles=broker,controller
      node.id=1
      controller.quorum.bootstrap.servers=localhost:9093
      listeners=PLAINTEXT://:9092,CONTROLLER://:9093
      inter.broker.listener.name=PLAINTEXT
      advertised.listeners=PLAINTEXT://localhost:9092,CONTROLLER://localhost:9093
      controller.listener.names=CONTROLLER
      listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL
      num.network.threads=3
      num.io.threads=8
      socket.send.buffer.bytes=102400
      socket.receive.buffer.bytes=102400
      socket.request.max.bytes=104857600
      log.dirs=/tmp/kraft-combined-logs
      num.partitions=1
      num.recovery.threads.per.data.dir=1
      offsets.topic.replication.factor=1
      share.coordinator.state.topic.replication.factor=1
      share.coordinator.state.topic.min.isr=1
      transaction.state.log.replication.factor=1
      transaction.state.log.min.isr=1
      log.retention.hours=168
      log.segment.bytes=1073741824
      log.retention.check.interval.ms=300000
      """
    let configuration = try Self.configuration(file: file)
    #expect(configuration.entries.count == 11)
    #expect(configuration.remarks.count == 24 - 11)
    #expect(
      configuration.remarks.contains {
        $0 == "node.id changes nothing here: there is one server, which is its own controller "
          + "(server.properties, line 2)"
      })
    let listeners = try ListenerSetting.list("listeners", in: configuration.values)
    #expect(listeners.map(\.address) == ["0.0.0.0:9092"])
    let advertised = try ListenerSetting.list("advertised.listeners", in: configuration.values)
    #expect(advertised.map(\.address) == ["localhost:9092"])
  }

  @Test func `no config is both used and passed over`() {
    let used = Set(ServerConfigDefinition.all.map(\.name))
    #expect(used.intersection(ForeignServerConfigs.ignored.keys) == [])
  }

  @Test func `every default is legal`() throws {
    for definition in ServerConfigDefinition.all {
      if let standard = definition.standard { try definition.check(standard) }
    }
  }
}

/// Goal: listeners are read as Kafka writes them. Method: a table.
@Suite struct ListenerSettingTests {
  @Test func `names, hosts and protocols`() throws {
    let configs = [
      "listeners": "127.0.0.1:9092, inside://:9094,SSL://[::1]:9095,localhost:1",
      "listener.security.protocol.map": "INSIDE:SASL_PLAINTEXT",
    ]
    let listeners = try ListenerSetting.list("listeners", in: configs)
    #expect(
      listeners.map(\.address) == ["127.0.0.1:9092", "0.0.0.0:9094", "[::1]:9095", "localhost:1"])
    #expect(listeners.map(\.name) == ["PLAINTEXT", "INSIDE", "SSL", "PLAINTEXT"])
    #expect(
      listeners.map(\.securityProtocol) == ["PLAINTEXT", "SASL_PLAINTEXT", "SSL", "PLAINTEXT"])
  }

  @Test(arguments: [
    ["listeners": "A://:1,A://:2"],
    ["listeners": "A://:1", "listener.security.protocol.map": "A"],
  ])
  func `what cannot be is refused`(configs: [String: String]) {
    #expect(throws: ConfigError.self) { try ListenerSetting.list("listeners", in: configs) }
  }
}
