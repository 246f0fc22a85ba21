import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** A server, its clients, and what several scenarios do with them. */
final class Kafka implements AutoCloseable {
  /** What has not happened by then does not happen. */
  static final Duration LIMIT = Duration.ofSeconds(60);
  static final Duration MOMENT = Duration.ofMillis(100);

  private final Map<String, Object> settings;
  final Admin admin;

  Kafka(Map<String, Object> settings) {
    this.settings = settings;
    admin = Admin.create(settings);
  }

  /** The same server for clients that have other settings as well. */
  Kafka with(Map<String, Object> more) {
    return new Kafka(merged(settings, more));
  }

  @Override
  public void close() {
    admin.close();
  }

  @SafeVarargs
  private static Map<String, Object> merged(Map<String, Object>... maps) {
    Map<String, Object> all = new HashMap<>();
    for (Map<String, Object> map : maps) {
      all.putAll(map);
    }
    return all;
  }

  KafkaProducer<String, String> producer(Map<String, Object> more) {
    return new KafkaProducer<>(
        merged(settings, more), new StringSerializer(), new StringSerializer());
  }

  KafkaProducer<String, String> transactional(String id) {
    KafkaProducer<String, String> producer = producer(Map.of("transactional.id", id));
    producer.initTransactions();
    return producer;
  }

  KafkaConsumer<String, String> consumer(Map<String, Object> more) {
    Map<String, Object> ours = Map.of("auto.offset.reset", "earliest", "enable.auto.commit", false);
    return new KafkaConsumer<>(
        merged(settings, ours, more), new StringDeserializer(), new StringDeserializer());
  }

  KafkaShareConsumer<String, String> shareConsumer(String group, Map<String, Object> more) {
    return new KafkaShareConsumer<>(
        merged(settings, Map.of("group.id", group), more),
        new StringDeserializer(), new StringDeserializer());
  }

  void create(String topic, int partitions) throws Exception {
    create(topic, partitions, Map.of());
  }

  void create(String topic, int partitions, Map<String, String> configs) throws Exception {
    NewTopic made = new NewTopic(topic, partitions, (short) 1).configs(configs);
    admin.createTopics(List.of(made)).all().get();
  }

  /** Appends values to a partition, each with itself as the key. */
  List<RecordMetadata> send(String topic, int partition, List<String> values) throws Exception {
    try (KafkaProducer<String, String> producer = producer(Map.of("linger.ms", 5))) {
      List<Future<RecordMetadata>> sent = new ArrayList<>();
      for (String value : values) {
        sent.add(producer.send(new ProducerRecord<>(topic, partition, value, value)));
      }
      List<RecordMetadata> stored = new ArrayList<>();
      for (Future<RecordMetadata> one : sent) {
        stored.add(one.get());
      }
      return stored;
    }
  }

  long end(String topic, int partition) throws Exception {
    TopicPartition of = new TopicPartition(topic, partition);
    return admin.listOffsets(Map.of(of, OffsetSpec.latest())).partitionResult(of).get().offset();
  }

  /** All records of a topic, up to where it ends for such a reader now. */
  List<ConsumerRecord<String, String>> read(String topic, Map<String, Object> more) {
    try (KafkaConsumer<String, String> consumer = consumer(more)) {
      List<TopicPartition> all = consumer.partitionsFor(topic).stream()
          .map(info -> new TopicPartition(topic, info.partition())).toList();
      consumer.assign(all);
      consumer.seekToBeginning(all);
      Map<TopicPartition, Long> ends = consumer.endOffsets(all);
      List<ConsumerRecord<String, String>> records = new ArrayList<>();
      long end = System.nanoTime() + LIMIT.toNanos();
      while (all.stream().anyMatch(of -> consumer.position(of) < ends.get(of))) {
        Check.that(System.nanoTime() < end, records.size() + " records up to " + ends);
        consumer.poll(MOMENT).forEach(records::add);
      }
      return records;
    }
  }

  static List<String> values(Iterable<ConsumerRecord<String, String>> records) {
    List<String> values = new ArrayList<>();
    records.forEach(record -> values.add(record.value()));
    return values;
  }

  static final Map<String, Object> COMMITTED = Map.of("isolation.level", "read_committed");

  /** What a reader of committed records gets of a topic, sorted. */
  List<String> committed(String topic) {
    return values(read(topic, COMMITTED)).stream().sorted().toList();
  }

  /** PREFIX0, PREFIX1 and so on. */
  static List<String> numbered(String prefix, int count) {
    List<String> values = new ArrayList<>();
    for (int number = 0; number < count; number++) {
      values.add(prefix + number);
    }
    return values;
  }
}
