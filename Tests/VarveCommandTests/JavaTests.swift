import Foundation
import Testing
import VarveTestSupport

/// Goal: Kafka's own client, which is Java's, works unmodified. Method: families of scenarios,
/// `Clients/Java`, that a virtual machine each runs against the built program.
@Suite(.enabled(if: JavaClient.jars != nil, "`make test` installs Kafka's client of Java"))
struct JavaTests {
  /// Runs a family, expects that each scenario works, and gives what `after` printed.
  @discardableResult
  private static func works(
    _ family: String, _ scenarios: [String], options: String = "--listen 127.0.0.1:0",
    _ more: String = "", before: String = "", after: String = ""
  ) async throws -> [String] {
    let outcome = try await JavaClient.run(
      family, options: options, more, before: before, after: after)
    let lines = outcome.text.split(separator: "\n").map(String.init)
    #expect(
      Array(lines.prefix(scenarios.count)) == scenarios.map { "ok \($0)" }, "\(outcome.errors)")
    return Array(lines.dropFirst(scenarios.count))
  }

  private static let codecs = ["none", "gzip", "snappy", "lz4", "zstd"]

  @Test("G25, G26: records that Java writes are ours, and ours Java's, in every codec")
  func records() async throws {
    let read = try await Self.works(
      "records",
      [
        "every codec with every acks", "what varve wrote", "nothing for a key, a value, a header",
        "from an offset and from a time", "an offset that is gone",
        "thousands in flight keep their order", "what the server refuses",
      ],
      before: """
        for codec in \(Self.codecs.joined(separator: " ")); do
          varve topic create swift-$codec >/dev/null
          seq 1000 | sed "s/.*/key-&:value & of varve's/" | varve topic produce swift-$codec \
            --key-separator : --header codec=$codec --compression $codec >/dev/null 2>&1
        done
        """,
      after: """
        for codec in \(Self.codecs.joined(separator: " ")); do
          varve topic consume java-$codec --format '%o %T %k %v %h\\n'
        done
        java Oracle "$VARVE_AT"
        """)
    let written = Self.codecs.flatMap { codec in
      ["0", "1", "all"].enumerated().flatMap { turn, acks in
        (0..<100).map { number in
          "\(turn * 100 + number) \(1_000_000 + number) key-\(number) "
            + "value \(number) of \(codec) with acks \(acks) codec=\(codec)"
        }
      }
    }
    #expect(read.count == written.count + 1)
    #expect(read.last?.hasSuffix(" of them written anew") == true, "\(read.last ?? "")")
    let differing = zip(read, written).first { $0 != $1 }.map { "\($0) instead of \($1)" }
    #expect(differing == nil)
  }

  @Test("G29, G30, G31, G32: groups of both protocols, and one that goes from one to the other")
  func groups() async throws {
    try await Self.works(
      "groups",
      [
        "three share, range", "three share, sticky", "three share, cooperative",
        "three share, consumer", "three share, consumer and range",
        "a static member returns, classic", "a static member returns, consumer",
        "two with one instance id", "one vanishes", "patterns", "offsets and their metadata",
        "from classic to consumer while it runs",
      ])
  }

  @Test("G37, G38, G40: transactions, with an epoch for each, fencing and offsets")
  func transactions() async throws {
    let judged = try await Self.works(
      "transactions",
      [
        "commit and abort", "a loop, classic", "a loop, consumer",
        "each transaction has an epoch of its own", "a newer producer fences the older",
        "one that was fenced while it sends", "offsets of a generation that is over",
        "a limit that is too long", "listed and described", "ended by an administrator",
      ], after: "java Oracle \"$VARVE_AT\"")
    #expect(judged.count == 1 && judged[0].hasSuffix(" of them written anew"), "\(judged)")
  }

  @Test("G23, G26: an administrator's topics, configs, records and offsets")
  func topics() async throws {
    try await Self.works(
      "topics",
      [
        "made, grown and deleted", "what cannot be made", "configs of a topic",
        "configs of a broker, a group, a client", "records deleted", "offsets of every kind",
      ])
  }

  @Test("G23: an administrator's cluster, groups, quotas and passwords")
  func cluster() async throws {
    try await Self.works(
      "cluster",
      [
        "nodes, quorum, directories", "features", "elections and moves", "a classic group",
        "a consumer group", "offsets of groups", "quotas", "passwords", "no rules of access",
        "names of clients",
      ])
  }

  @Test("G41, G42: share consumers accept, release, reject and renew, and are administered")
  func shares() async throws {
    try await Self.works(
      "shares",
      [
        "five take each record once", "accepted, released, rejected",
        "five deliveries and no more", "a lock that is renewed", "no more than were asked for",
        "what a closed one held", "committed records only",
        "listed, described, moved, deleted",
      ])
  }

  @Test("G61, G62: through TLS with a password or a token, held to rules")
  func access() async throws {
    let certificates = try await TestCertificates.shared
    let tokens = try await TestTokens.shared
    let token = try await tokens.token(
      #"{"sub":"alice","iss":"https://us","aud":"varve","exp":9561758400,"iat":1}"#)
    try await Self.works(
      "access", ["a password of SCRAM-SHA-512", "a token", "a certificate of somebody's", "rules"],
      options: """
        --listen SASL_SSL://127.0.0.1:0 --set varve.passwords=users \
        --set sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-512,OAUTHBEARER \
        --set sasl.oauthbearer.jwks.endpoint.url=file://$PWD/keys.json \
        --set sasl.oauthbearer.expected.audience=varve \
        --set sasl.oauthbearer.expected.issuer=https://us \
        --set super.users=User:admin\\;User:alice --set authorizer.class.name=\
        org.apache.kafka.metadata.authorizer.StandardAuthorizer \
        --set ssl.keystore.location=\(certificates.path("server"))
        """,
      "client.properties",
      before: """
        printf '%s\\n' admin:admin-secret bob:bob-secret >users
        printf '%s' '\(tokens.keySet)' >keys.json
        printf '%s' '\(token)' >token
        cat >client.properties <<END
        security.protocol=SASL_SSL
        ssl.truststore.type=PEM
        ssl.truststore.location=\(certificates.path("authority"))
        sasl.mechanism=PLAIN
        sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required \
        username="admin" password="admin-secret";
        sasl.oauthbearer.token.endpoint.url=file://$PWD/token
        END
        export JAVA_TOOL_OPTIONS=-Dorg.apache.kafka.sasl.oauthbearer.allowed.urls=file://$PWD/token
        JAVA_TOOL_OPTIONS+=" -Dorg.apache.kafka.sasl.oauthbearer.allowed.files=$PWD/token"
        """)
  }
}
