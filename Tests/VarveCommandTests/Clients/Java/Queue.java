import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.clients.admin.SharePartitionOffsetInfo;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;

/** A topic of one partition and a share group of the same name, which takes it from its start. */
final class Queue {
  static final Map<String, Object> EXPLICIT = Map.of("share.acknowledgement.mode", "explicit");

  final Kafka kafka;
  final String name;
  final TopicPartition partition;

  /** Makes it with the records 0 to `count`. */
  Queue(Kafka kafka, String name, int count) throws Exception {
    this.kafka = kafka;
    this.name = name;
    partition = new TopicPartition(name, 0);
    kafka.create(name, 1);
    configure(Map.of("share.auto.offset.reset", "earliest"));
    kafka.send(name, 0, Kafka.numbered("", count));
  }

  /** Sets configs of the group. */
  void configure(Map<String, String> configs) throws Exception {
    Collection<AlterConfigOp> changes = new ArrayList<>();
    configs.forEach((config, value) -> changes.add(
        new AlterConfigOp(new ConfigEntry(config, value), AlterConfigOp.OpType.SET)));
    ConfigResource group = new ConfigResource(ConfigResource.Type.GROUP, name);
    kafka.admin.incrementalAlterConfigs(Map.of(group, changes)).all().get();
  }

  KafkaShareConsumer<String, String> consumer(Map<String, Object> settings) {
    KafkaShareConsumer<String, String> consumer = kafka.shareConsumer(name, settings);
    consumer.subscribe(List.of(name));
    return consumer;
  }

  /** A consumer that acknowledges record by record. */
  KafkaShareConsumer<String, String> consumer() {
    return consumer(EXPLICIT);
  }

  Map<TopicPartition, SharePartitionOffsetInfo> offsets() throws Exception {
    return kafka.admin.listShareGroupOffsets(Map.of(name, new ListShareGroupOffsetsSpec()))
        .partitionsToOffsetInfo(name).get();
  }

  /** Where the first record is that the group may still get. */
  long start() throws Exception {
    return offsets().get(partition).startOffset();
  }

  /** The next records that there are. */
  static ConsumerRecords<String, String> next(KafkaShareConsumer<String, String> consumer)
      throws Exception {
    List<ConsumerRecords<String, String>> found = new ArrayList<>();
    Check.comes(() -> !found.isEmpty(), () -> {
      ConsumerRecords<String, String> records = consumer.poll(Kafka.MOMENT);
      if (!records.isEmpty()) {
        found.add(records);
      }
    });
    return found.get(0);
  }

  static void commit(KafkaShareConsumer<String, String> consumer) {
    Map<TopicIdPartition, Optional<KafkaException>> answers = consumer.commitSync(Kafka.LIMIT);
    answers.values().forEach(answer -> Check.equal(Optional.empty(), answer));
  }

  /** Takes so many records, accepts them, and gives their values. */
  static List<String> take(KafkaShareConsumer<String, String> consumer, int count)
      throws Exception {
    List<String> values = new ArrayList<>();
    while (values.size() < count) {
      ConsumerRecords<String, String> records = next(consumer);
      values.addAll(Kafka.values(records));
      records.forEach(consumer::acknowledge);
      commit(consumer);
    }
    return values;
  }
}
