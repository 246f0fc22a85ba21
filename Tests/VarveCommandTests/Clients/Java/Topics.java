import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.CreateTopicsOptions;
import org.apache.kafka.clients.admin.CreateTopicsResult;
import org.apache.kafka.clients.admin.DescribeConfigsOptions;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicCollection;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.InvalidPartitionsException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.OffsetOutOfRangeException;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicIdException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** What an administrator does with topics, their configs and their records. */
final class Topics {
  static final List<Scenario> ALL = List.of(
      new Scenario("made, grown and deleted", Topics::lives),
      new Scenario("what cannot be made", Topics::refusals),
      new Scenario("configs of a topic", Topics::configs),
      new Scenario("configs of a broker, a group, a client", Topics::otherConfigs),
      new Scenario("records deleted", Topics::deleted),
      new Scenario("offsets of every kind", Topics::offsets));

  private static void lives(Kafka kafka) throws Exception {
    CreateTopicsResult made = kafka.admin.createTopics(List.of(
        new NewTopic("lives", 3, (short) 1).configs(Map.of("retention.ms", "1000000")),
        new NewTopic("default", Optional.empty(), Optional.empty()),
        new NewTopic("placed", Map.of(0, List.of(1), 1, List.of(1)))));
    made.all().get();
    Uuid id = made.topicId("lives").get();
    Check.equal(3, made.numPartitions("lives").get());
    Check.equal(1, made.replicationFactor("lives").get());
    Check.equal("1000000", made.config("lives").get().get("retention.ms").value());
    TopicDescription byName = described(kafka, "lives");
    Check.equal(id, byName.topicId());
    TopicDescription byID = kafka.admin.describeTopics(TopicCollection.ofTopicIds(List.of(id)))
        .allTopicIds().get().get(id);
    Check.equal("lives", byID.name());
    Check.equal(3, byID.partitions().size());
    Check.equal(1, byName.partitions().get(2).leader().id());
    Check.equal(1, byName.partitions().get(2).isr().size());
    Check.equal(2, described(kafka, "placed").partitions().size());
    kafka.admin.createPartitions(Map.of("lives", NewPartitions.increaseTo(5))).all().get();
    Check.equal(5, described(kafka, "lives").partitions().size());
    Check.fails(InvalidPartitionsException.class, () ->
        kafka.admin.createPartitions(Map.of("lives", NewPartitions.increaseTo(4))).all().get());
    Check.that(
        kafka.admin.listTopics().names().get().containsAll(Set.of("lives", "default", "placed")),
        "topics that are not listed");
    kafka.admin.deleteTopics(TopicCollection.ofTopicIds(List.of(id))).all().get();
    kafka.admin.deleteTopics(List.of("default", "placed")).all().get();
    Check.fails(UnknownTopicOrPartitionException.class, () -> described(kafka, "lives"));
    Check.fails(UnknownTopicIdException.class, () ->
        kafka.admin.describeTopics(TopicCollection.ofTopicIds(List.of(id))).allTopicIds().get());
  }

  private static TopicDescription described(Kafka kafka, String topic) throws Exception {
    return kafka.admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic);
  }

  private static void refusals(Kafka kafka) throws Exception {
    kafka.create("once", 1);
    Check.fails(TopicExistsException.class, () -> kafka.create("once", 1));
    Check.fails(InvalidPartitionsException.class, () -> kafka.create("none", 0));
    Check.fails(InvalidReplicationFactorException.class, () ->
        kafka.admin.createTopics(List.of(new NewTopic("three", 1, (short) 3))).all().get());
    Check.fails(InvalidConfigurationException.class, () ->
        kafka.create("odd", 1, Map.of("retention.ms", "long")));
    Check.fails(UnknownTopicOrPartitionException.class, () ->
        kafka.admin.deleteTopics(List.of("nowhere")).all().get());
    CreateTopicsResult would = kafka.admin.createTopics(
        List.of(new NewTopic("would", 2, (short) 1)), new CreateTopicsOptions().validateOnly(true));
    Check.equal(2, would.numPartitions("would").get());
    Check.equal(false, kafka.admin.listTopics().names().get().contains("would"));
  }

  private static void alter(
      Kafka kafka, ConfigResource of, String name, String value, AlterConfigOp.OpType how)
      throws Exception {
    Collection<AlterConfigOp> changes =
        List.of(new AlterConfigOp(new ConfigEntry(name, value), how));
    kafka.admin.incrementalAlterConfigs(Map.of(of, changes)).all().get();
  }

  private static ConfigEntry config(Kafka kafka, ConfigResource of, String name) throws Exception {
    DescribeConfigsOptions all =
        new DescribeConfigsOptions().includeSynonyms(true).includeDocumentation(true);
    Config found = kafka.admin.describeConfigs(List.of(of), all).all().get().get(of);
    return found.get(name);
  }

  private static void configs(Kafka kafka) throws Exception {
    kafka.create("configs", 1);
    ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, "configs");
    ConfigEntry before = config(kafka, topic, "cleanup.policy");
    Check.equal("delete", before.value());
    Check.equal(ConfigEntry.ConfigSource.DEFAULT_CONFIG, before.source());
    Check.equal(ConfigEntry.ConfigType.LIST, before.type());
    alter(kafka, topic, "cleanup.policy", "compact", AlterConfigOp.OpType.APPEND);
    Check.equal("delete,compact", config(kafka, topic, "cleanup.policy").value());
    alter(kafka, topic, "cleanup.policy", "delete", AlterConfigOp.OpType.SUBTRACT);
    ConfigEntry after = config(kafka, topic, "cleanup.policy");
    Check.equal("compact", after.value());
    Check.equal(ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG, after.source());
    Check.equal("compact", after.synonyms().get(0).value());
    Check.equal(false, after.documentation().isEmpty());
    alter(kafka, topic, "cleanup.policy", "", AlterConfigOp.OpType.DELETE);
    Check.equal("delete", config(kafka, topic, "cleanup.policy").value());
    alter(kafka, topic, "retention.ms", "77", AlterConfigOp.OpType.SET);
    Check.equal("77", config(kafka, topic, "retention.ms").value());
    Check.fails(InvalidConfigurationException.class, () ->
        alter(kafka, topic, "retention.ms", "soon", AlterConfigOp.OpType.SET));
    Check.fails(UnknownTopicOrPartitionException.class, () ->
        config(kafka, new ConfigResource(ConfigResource.Type.TOPIC, "nowhere"), "retention.ms"));
  }

  private static void otherConfigs(Kafka kafka) throws Exception {
    Map<ConfigResource, String> names = Map.of(
        new ConfigResource(ConfigResource.Type.BROKER, "1"), "log.retention.ms",
        new ConfigResource(ConfigResource.Type.GROUP, "some"), "consumer.session.timeout.ms",
        new ConfigResource(ConfigResource.Type.CLIENT_METRICS, "asked"), "interval.ms");
    for (Map.Entry<ConfigResource, String> one : names.entrySet()) {
      alter(kafka, one.getKey(), one.getValue(), "50000", AlterConfigOp.OpType.SET);
      Check.equal("50000", config(kafka, one.getKey(), one.getValue()).value());
    }
    Check.that(
        kafka.admin.listConfigResources().all().get().containsAll(names.keySet()),
        kafka.admin.listConfigResources().all().get());
    for (Map.Entry<ConfigResource, String> one : names.entrySet()) {
      alter(kafka, one.getKey(), one.getValue(), "", AlterConfigOp.OpType.DELETE);
    }
  }

  private static void deleted(Kafka kafka) throws Exception {
    kafka.create("deleted", 1);
    TopicPartition of = new TopicPartition("deleted", 0);
    kafka.send("deleted", 0, Kafka.numbered("", 10));
    Check.equal(3L, before(kafka, of, 3));
    Check.equal(
        Kafka.numbered("", 10).subList(3, 10), Kafka.values(kafka.read("deleted", Map.of())));
    Check.fails(OffsetOutOfRangeException.class, () -> before(kafka, of, 11));
    Check.equal(10L, before(kafka, of, -1));
    Check.equal(List.of(), Kafka.values(kafka.read("deleted", Map.of())));
  }

  private static long before(Kafka kafka, TopicPartition of, long offset) throws Exception {
    return kafka.admin.deleteRecords(Map.of(of, RecordsToDelete.beforeOffset(offset)))
        .lowWatermarks().get(of).get().lowWatermark();
  }

  private static void offsets(Kafka kafka) throws Exception {
    kafka.create("offsets", 1);
    TopicPartition of = new TopicPartition("offsets", 0);
    Check.equal(-1L, found(kafka, of, OffsetSpec.maxTimestamp()).offset());
    try (KafkaProducer<String, String> producer = kafka.producer(Map.of())) {
      for (long time : List.of(1_000L, 9_000L, 5_000L)) {
        producer.send(new ProducerRecord<>("offsets", 0, time, null, "x")).get();
      }
    }
    List<OffsetSpec> asked = List.of(
        OffsetSpec.earliest(), OffsetSpec.latest(), OffsetSpec.forTimestamp(2_000),
        OffsetSpec.forTimestamp(9_001), OffsetSpec.maxTimestamp(), OffsetSpec.earliestLocal(),
        OffsetSpec.latestTiered(), OffsetSpec.earliestPendingUpload());
    List<Long> offsets = new ArrayList<>();
    for (OffsetSpec which : asked) {
      offsets.add(found(kafka, of, which).offset());
    }
    Check.equal(List.of(0L, 3L, 1L, -1L, 1L, 0L, -1L, -1L), offsets);
    Check.equal(9_000L, found(kafka, of, OffsetSpec.maxTimestamp()).timestamp());
    try (KafkaProducer<String, String> producer = kafka.transactional("offsets")) {
      producer.beginTransaction();
      producer.send(new ProducerRecord<>("offsets", "open")).get();
      ListOffsetsOptions committed = new ListOffsetsOptions(IsolationLevel.READ_COMMITTED);
      Check.equal(3L, kafka.admin.listOffsets(Map.of(of, OffsetSpec.latest()), committed)
          .partitionResult(of).get().offset());
      Check.equal(4L, kafka.end("offsets", 0));
      producer.abortTransaction();
    }
  }

  private static ListOffsetsResultInfo found(Kafka kafka, TopicPartition of, OffsetSpec which)
      throws Exception {
    return kafka.admin.listOffsets(Map.of(of, which)).partitionResult(of).get();
  }
}
