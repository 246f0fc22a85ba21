import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.RecordTooLargeException;

/** Records written and read. */
final class Records {
  static final List<Scenario> ALL = List.of(
      new Scenario("every codec with every acks", Records::codecs),
      new Scenario("what varve wrote", Records::written),
      new Scenario("nothing for a key, a value, a header", Records::nulls),
      new Scenario("from an offset and from a time", Records::positions),
      new Scenario("an offset that is gone", Records::gone),
      new Scenario("thousands in flight keep their order", Records::order),
      new Scenario("what the server refuses", Records::refusals));

  private static final List<String> CODECS = List.of("none", "gzip", "snappy", "lz4", "zstd");

  /** The test reads these with `varve`, and knows what is in them. */
  private static void codecs(Kafka kafka) throws Exception {
    for (String codec : CODECS) {
      String topic = "java-" + codec;
      kafka.create(topic, 1);
      List<String> sent = new ArrayList<>();
      for (String acks : List.of("0", "1", "all")) {
        Map<String, Object> settings = Map.of(
            "compression.type", codec, "acks", acks, "enable.idempotence", false, "linger.ms", 20);
        try (KafkaProducer<String, String> producer = kafka.producer(settings)) {
          for (int number = 0; number < 100; number++) {
            String value = "value " + number + " of " + codec + " with acks " + acks;
            sent.add(value);
            ProducerRecord<String, String> record =
                new ProducerRecord<>(topic, 0, 1_000_000L + number, "key-" + number, value);
            record.headers().add("codec", codec.getBytes(StandardCharsets.UTF_8));
            producer.send(record);
          }
        }
        Check.comes(() -> kafka.end(topic, 0) == sent.size());
      }
      List<ConsumerRecord<String, String>> read = kafka.read(topic, Map.of());
      Check.equal(sent, Kafka.values(read));
      Check.equal(
          LongStream.range(0, sent.size()).boxed().toList(),
          read.stream().map(ConsumerRecord::offset).toList());
      for (ConsumerRecord<String, String> record : read) {
        long number = record.offset() % 100;
        Check.equal("key-" + number, record.key());
        Check.equal(1_000_000 + number, record.timestamp());
        Check.equal(codec, text(record, "codec"));
      }
    }
  }

  /** Batches of `varve topic produce` in each codec, whose checksums the client compares. */
  private static void written(Kafka kafka) {
    for (String codec : CODECS) {
      List<ConsumerRecord<String, String>> read = kafka.read("swift-" + codec, Map.of());
      Check.equal(1_000, read.size());
      for (int number = 1; number <= read.size(); number++) {
        ConsumerRecord<String, String> record = read.get(number - 1);
        Check.equal("key-" + number, record.key());
        Check.equal("value " + number + " of varve's", record.value());
        Check.equal(codec, text(record, "codec"));
      }
    }
  }

  private static String text(ConsumerRecord<String, String> record, String header) {
    return new String(record.headers().lastHeader(header).value(), StandardCharsets.UTF_8);
  }

  private static void nulls(Kafka kafka) throws Exception {
    kafka.create("nulls", 1);
    try (KafkaProducer<String, String> producer = kafka.producer(Map.of())) {
      ProducerRecord<String, String> record = new ProducerRecord<>("nulls", null, "");
      record.headers().add("none", null).add("empty", new byte[0]);
      producer.send(record);
      producer.send(new ProducerRecord<>("nulls", "", null)).get();
    }
    List<ConsumerRecord<String, String>> read = kafka.read("nulls", Map.of());
    Check.equal(null, read.get(0).key());
    Check.equal("", read.get(0).value());
    Check.equal(null, read.get(0).headers().lastHeader("none").value());
    Check.equal(0, read.get(0).headers().lastHeader("empty").value().length);
    Check.equal("", read.get(1).key());
    Check.equal(null, read.get(1).value());
  }

  private static void positions(Kafka kafka) throws Exception {
    TopicPartition times = new TopicPartition("times", 0);
    kafka.create("times", 1);
    try (KafkaProducer<String, String> producer = kafka.producer(Map.of())) {
      for (long time : List.of(1_000L, 3_000L, 2_000L, 5_000L, 4_000L)) {
        producer.send(new ProducerRecord<>("times", 0, time, null, "at " + time)).get();
      }
    }
    try (KafkaConsumer<String, String> consumer = kafka.consumer(Map.of())) {
      consumer.assign(List.of(times));
      Check.equal(Map.of(times, 0L), consumer.beginningOffsets(List.of(times)));
      Check.equal(Map.of(times, 5L), consumer.endOffsets(List.of(times)));
      Check.equal(List.of(0L, 1L, 3L), List.of(
          found(consumer, times, 500), found(consumer, times, 1_500),
          found(consumer, times, 3_500)));
      Check.equal(null, consumer.offsetsForTimes(Map.of(times, 6_000L)).get(times));
      consumer.seek(times, 3);
      List<String> rest = new ArrayList<>();
      Check.comes(
          () -> rest.size() == 2, () -> rest.addAll(Kafka.values(consumer.poll(Kafka.MOMENT))));
      Check.equal(List.of("at 5000", "at 4000"), rest);
      consumer.seekToEnd(List.of(times));
      Check.equal(5L, consumer.position(times));
      Check.equal(0L, consumer.currentLag(times).orElse(0));
    }
  }

  private static long found(KafkaConsumer<String, String> consumer, TopicPartition of, long time) {
    OffsetAndTimestamp found = consumer.offsetsForTimes(Map.of(of, time)).get(of);
    return found.offset();
  }

  private static void gone(Kafka kafka) throws Exception {
    TopicPartition of = new TopicPartition("gone", 0);
    kafka.create("gone", 1);
    kafka.send("gone", 0, Kafka.numbered("", 10));
    kafka.admin.deleteRecords(Map.of(of, RecordsToDelete.beforeOffset(4))).all().get();
    try (KafkaConsumer<String, String> consumer =
        kafka.consumer(Map.of("auto.offset.reset", "none", "group.id", "gone"))) {
      consumer.assign(List.of(of));
      Check.fails(NoOffsetForPartitionException.class, () -> consumer.poll(Kafka.LIMIT));
      consumer.seek(of, 2);
      Check.fails(OffsetOutOfRangeException.class, () -> consumer.poll(Kafka.LIMIT));
    }
    for (String reset : List.of("earliest", "by_duration:PT24H")) {
      try (KafkaConsumer<String, String> consumer =
          kafka.consumer(Map.of("auto.offset.reset", reset, "group.id", "gone"))) {
        consumer.assign(List.of(of));
        consumer.seek(of, 2);
        List<String> read = new ArrayList<>();
        Check.comes(
            () -> read.size() == 6, () -> read.addAll(Kafka.values(consumer.poll(Kafka.MOMENT))));
        Check.equal(Kafka.numbered("", 10).subList(4, 10), read);
      }
    }
  }

  private static void order(Kafka kafka) throws Exception {
    kafka.create("order", 1);
    List<String> values = Kafka.numbered("", 3_000);
    List<Long> offsets = new ArrayList<>();
    Map<String, Object> settings =
        Map.of("batch.size", 200, "linger.ms", 0, "max.in.flight.requests.per.connection", 5);
    try (KafkaProducer<String, String> producer = kafka.producer(settings)) {
      for (String value : values) {
        producer.send(
            new ProducerRecord<>("order", value),
            (stored, failure) -> offsets.add(failure == null ? stored.offset() : -1));
      }
    }
    Check.equal(LongStream.range(0, values.size()).boxed().toList(), offsets);
    Check.equal(values, Kafka.values(kafka.read("order", Map.of())));
  }

  private static void refusals(Kafka kafka) throws Exception {
    kafka.create("small", 1, Map.of("max.message.bytes", "1000"));
    kafka.create("keyed", 1, Map.of("cleanup.policy", "compact"));
    try (KafkaProducer<String, String> producer = kafka.producer(Map.of("max.block.ms", 5_000))) {
      Check.fails(RecordTooLargeException.class, () ->
          producer.send(new ProducerRecord<>("small", "x".repeat(2_000))).get());
      Check.equal(0L, producer.send(new ProducerRecord<>("small", "x")).get().offset());
      Check.fails(InvalidRecordException.class, () ->
          producer.send(new ProducerRecord<>("keyed", "no key")).get());
      Check.equal(0L, producer.send(new ProducerRecord<>("keyed", "k", "v")).get().offset());
      Check.fails(InvalidTopicException.class, () ->
          producer.send(new ProducerRecord<>("not a name", "x")).get());
    }
  }
}
