import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AccessControlEntryFilter;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TransactionalIdAuthorizationException;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourcePatternFilter;
import org.apache.kafka.common.resource.ResourceType;

/**
 * Who comes in through TLS, and what they may do. The administrator, the password of `bob` and
 * where a token lies come from the test.
 */
final class Access {
  static final List<Scenario> ALL = List.of(
      new Scenario("a password of SCRAM-SHA-512", Access::scram),
      new Scenario("a token", Access::token),
      new Scenario("a certificate of somebody's", Access::stranger),
      new Scenario("rules", Access::rules));

  private static final String MODULES = "org.apache.kafka.common.security.";

  private static Map<String, Object> password(String mechanism, String user, String password) {
    String module = mechanism.equals("PLAIN") ? "plain.PlainLoginModule" : "scram.ScramLoginModule";
    return Map.of(
        "sasl.mechanism", mechanism,
        "sasl.jaas.config", MODULES + module + " required username=\"" + user + "\" password=\""
            + password + "\";");
  }

  /** What everybody can do who came in and may do everything. */
  private static void work(Kafka kafka, String topic) throws Exception {
    kafka.create(topic, 1);
    kafka.send(topic, 0, Kafka.numbered("", 100));
    Check.equal(Kafka.numbered("", 100), Kafka.values(kafka.read(topic, Map.of())));
  }

  private static void scram(Kafka kafka) throws Exception {
    ScramCredentialInfo info = new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4_096);
    kafka.admin.alterUserScramCredentials(
        List.of(new UserScramCredentialUpsertion("alice", info, "alice, “secret”"))).all().get();
    try (Kafka alice = kafka.with(password("SCRAM-SHA-512", "alice", "alice, “secret”"))) {
      work(alice, "by-password");
    }
    for (String mechanism : List.of("PLAIN", "SCRAM-SHA-512")) {
      try (Kafka guess = kafka.with(password(mechanism, "alice", "guessed"))) {
        Check.fails(SaslAuthenticationException.class, () -> guess.end("by-password", 0));
      }
    }
  }

  private static void token(Kafka kafka) throws Exception {
    Map<String, Object> settings = new HashMap<>();
    settings.put("sasl.mechanism", "OAUTHBEARER");
    settings.put("sasl.login.callback.handler.class",
        MODULES + "oauthbearer.OAuthBearerLoginCallbackHandler");
    settings.put("sasl.jaas.config", MODULES + "oauthbearer.OAuthBearerLoginModule required;");
    try (Kafka alice = kafka.with(settings)) {
      work(alice, "by-token");
    }
  }

  private static void stranger(Kafka kafka) throws Exception {
    Map<String, Object> settings = new HashMap<>();
    settings.put("ssl.truststore.location", null);
    settings.put("ssl.truststore.type", "JKS");
    try (Kafka doubtful = kafka.with(settings)) {
      Check.fails(SslAuthenticationException.class, () ->
          doubtful.admin.describeCluster().nodes().get());
    }
  }

  private static AclBinding rule(ResourceType type, String name, AclOperation operation) {
    return new AclBinding(
        new ResourcePattern(type, name, PatternType.PREFIXED),
        new AccessControlEntry("User:bob", "*", operation, AclPermissionType.ALLOW));
  }

  private static void rules(Kafka kafka) throws Exception {
    kafka.create("bobs-topic", 1);
    try (Kafka bob = kafka.with(password("PLAIN", "bob", "bob-secret"))) {
      denied(bob);
      List<AclBinding> rules = List.of(
          rule(ResourceType.TOPIC, "bobs-", AclOperation.WRITE),
          rule(ResourceType.TOPIC, "bobs-", AclOperation.READ),
          rule(ResourceType.GROUP, "bobs-", AclOperation.READ),
          rule(ResourceType.TRANSACTIONAL_ID, "bobs-", AclOperation.WRITE));
      kafka.admin.createAcls(rules).all().get();
      allowed(bob);
      AclBindingFilter bobs = new AclBindingFilter(
          new ResourcePatternFilter(ResourceType.ANY, null, PatternType.ANY),
          new AccessControlEntryFilter("User:bob", null, AclOperation.ANY, AclPermissionType.ANY));
      Check.equal(
          Set.copyOf(rules), Set.copyOf(kafka.admin.describeAcls(bobs).values().get()));
      Collection<AclBinding> gone = kafka.admin.deleteAcls(List.of(bobs)).all().get();
      Check.equal(Set.copyOf(rules), gone.stream().collect(Collectors.toSet()));
      denied(bob);
    }
  }

  private static void denied(Kafka bob) throws Exception {
    try (KafkaProducer<String, String> producer = bob.producer(Map.of())) {
      Check.fails(TopicAuthorizationException.class, () ->
          producer.send(new ProducerRecord<>("bobs-topic", "x")).get());
    }
    try (KafkaProducer<String, String> producer =
        bob.producer(Map.of("transactional.id", "bobs-id"))) {
      Check.fails(TransactionalIdAuthorizationException.class, producer::initTransactions);
    }
    try (KafkaConsumer<String, String> consumer = bob.consumer(Map.of("group.id", "bobs-group"))) {
      consumer.subscribe(List.of("bobs-topic"));
      Check.fails(TopicAuthorizationException.class, () -> consumer.poll(Kafka.LIMIT));
    }
    Check.fails(GroupAuthorizationException.class, () ->
        bob.admin.describeConsumerGroups(List.of("bobs-group")).all().get());
    Check.fails(TopicAuthorizationException.class, () -> bob.create("bobs-other", 1));
    Check.fails(ClusterAuthorizationException.class, () ->
        bob.admin.describeAcls(AclBindingFilter.ANY).values().get());
    Check.equal(Set.of(), bob.admin.listTopics().names().get());
  }

  private static void allowed(Kafka bob) throws Exception {
    try (KafkaProducer<String, String> producer = bob.transactional("bobs-id")) {
      producer.beginTransaction();
      producer.send(new ProducerRecord<>("bobs-topic", "x"));
      producer.commitTransaction();
    }
    for (Map<String, Object> settings : List.of(Groups.RANGE, Groups.CONSUMER)) {
      Map<String, Object> all = new HashMap<>(settings);
      all.put("isolation.level", "read_committed");
      String group = "bobs-group-" + settings.size();
      try (Members members = new Members(bob, group, "bobs-topic", all)) {
        members.join("a");
        members.receive(List.of("x"));
        members.commit();
      }
    }
    Check.equal(Set.of("bobs-topic"), bob.admin.listTopics().names().get());
  }
}
