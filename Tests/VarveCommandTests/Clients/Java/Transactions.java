import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.admin.AbortTransactionSpec;
import org.apache.kafka.clients.admin.ListTransactionsOptions;
import org.apache.kafka.clients.admin.ProducerState;
import org.apache.kafka.clients.admin.TransactionDescription;
import org.apache.kafka.clients.admin.TransactionListing;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ProducerFencedException;

/** Transactions, which the client runs as KIP-890 has it: a new epoch after each. */
final class Transactions {
  static final List<Scenario> ALL = List.of(
      new Scenario("commit and abort", Transactions::both),
      new Scenario("a loop, classic", kafka -> loop(kafka, "classic", Groups.RANGE)),
      new Scenario("a loop, consumer", kafka -> loop(kafka, "consumer", Groups.CONSUMER)),
      new Scenario("each transaction has an epoch of its own", Transactions::epochs),
      new Scenario("a newer producer fences the older", Transactions::fenced),
      new Scenario("one that was fenced while it sends", Transactions::fencedSending),
      new Scenario("offsets of a generation that is over", Transactions::stale),
      new Scenario("a limit that is too long", Transactions::limits),
      new Scenario("listed and described", Transactions::described),
      new Scenario("ended by an administrator", Transactions::ended));

  private static void send(KafkaProducer<String, String> producer, String topic, String value) {
    producer.send(new ProducerRecord<>(topic, value, value));
  }

  private static void both(Kafka kafka) throws Exception {
    kafka.create("both", 3);
    try (KafkaProducer<String, String> producer = kafka.transactional("both")) {
      for (String value : List.of("a", "b", "c", "d")) {
        producer.beginTransaction();
        for (int number = 0; number < 5; number++) {
          send(producer, "both", value + number);
        }
        producer.flush();
        if (value.equals("b")) {
          producer.abortTransaction();
        } else {
          producer.commitTransaction();
        }
      }
      producer.beginTransaction();
      producer.commitTransaction();
      producer.beginTransaction();
      producer.abortTransaction();
      producer.beginTransaction();
      producer.send(new ProducerRecord<>("both", "open")).get();
      List<String> expected = new ArrayList<>(Kafka.numbered("a", 5));
      expected.addAll(Kafka.numbered("c", 5));
      expected.addAll(Kafka.numbered("d", 5));
      Check.equal(expected, kafka.committed("both"));
      Check.equal(21, kafka.read("both", Map.of()).size());
      producer.abortTransaction();
    }
  }

  /** Every record is copied once although every third transaction is aborted. */
  private static void loop(Kafka kafka, String name, Map<String, Object> settings)
      throws Exception {
    String source = "loop-in-" + name;
    String target = "loop-out-" + name;
    kafka.create(source, 4);
    kafka.create(target, 2);
    for (int partition = 0; partition < 4; partition++) {
      kafka.send(source, partition, Kafka.numbered(partition + "-", 100));
    }
    Map<String, Object> all = new HashMap<>(settings);
    all.putAll(Map.of(
        "group.id", "loop-" + name, "max.poll.records", 25, "isolation.level", "read_committed"));
    int copied = 0;
    int turn = 0;
    try (KafkaProducer<String, String> producer = kafka.transactional("loop-" + name);
        KafkaConsumer<String, String> consumer = kafka.consumer(all)) {
      consumer.subscribe(List.of(source));
      long end = System.nanoTime() + Kafka.LIMIT.toNanos();
      while (copied < 400) {
        Check.that(System.nanoTime() < end, copied + " copied");
        ConsumerRecords<String, String> records = consumer.poll(Kafka.MOMENT);
        if (records.isEmpty()) {
          continue;
        }
        producer.beginTransaction();
        records.forEach(record -> send(producer, target, record.value()));
        producer.sendOffsetsToTransaction(records.nextOffsets(), consumer.groupMetadata());
        if (turn++ % 3 == 1) {
          producer.abortTransaction();
          rewind(consumer);
        } else {
          producer.commitTransaction();
          copied += records.count();
        }
      }
    }
    Check.equal(kafka.committed(source), kafka.committed(target));
  }

  private static void rewind(KafkaConsumer<String, String> consumer) {
    Map<TopicPartition, OffsetAndMetadata> committed = consumer.committed(consumer.assignment());
    for (TopicPartition of : consumer.assignment()) {
      OffsetAndMetadata offset = committed.get(of);
      consumer.seek(of, offset == null ? 0 : offset.offset());
    }
  }

  private static ProducerState writer(Kafka kafka, String topic) throws Exception {
    TopicPartition of = new TopicPartition(topic, 0);
    return kafka.admin.describeProducers(List.of(of)).partitionResult(of).get()
        .activeProducers().get(0);
  }

  private static void epochs(Kafka kafka) throws Exception {
    kafka.create("epochs", 1);
    try (KafkaProducer<String, String> producer = kafka.transactional("epochs")) {
      List<Integer> epochs = new ArrayList<>();
      for (int number = 0; number < 4; number++) {
        producer.beginTransaction();
        producer.send(new ProducerRecord<>("epochs", "x")).get();
        epochs.add(writer(kafka, "epochs").producerEpoch());
        producer.commitTransaction();
      }
      int first = epochs.get(0);
      Check.equal(List.of(first, first + 1, first + 2, first + 3), epochs);
    }
  }

  private static void fenced(Kafka kafka) throws Exception {
    kafka.create("fenced", 1);
    try (KafkaProducer<String, String> older = kafka.transactional("fenced")) {
      older.beginTransaction();
      older.send(new ProducerRecord<>("fenced", "older")).get();
      try (KafkaProducer<String, String> newer = kafka.transactional("fenced")) {
        Check.fails(ProducerFencedException.class, older::commitTransaction);
        newer.beginTransaction();
        send(newer, "fenced", "newer");
        newer.commitTransaction();
      }
    }
    Check.equal(List.of("newer"), kafka.committed("fenced"));
  }

  private static void fencedSending(Kafka kafka) throws Exception {
    kafka.create("fenced-sending", 1);
    try (KafkaProducer<String, String> older = kafka.transactional("fenced-sending")) {
      older.beginTransaction();
      older.send(new ProducerRecord<>("fenced-sending", "older")).get();
      kafka.transactional("fenced-sending").close();
      Check.fails(KafkaException.class, () ->
          older.send(new ProducerRecord<>("fenced-sending", "too late")).get());
      Check.fails(ProducerFencedException.class, older::abortTransaction);
    }
    Check.equal(List.of(), kafka.committed("fenced-sending"));
  }

  @SuppressWarnings("removal") // there is no other way to be of a generation that never was
  private static void stale(Kafka kafka) throws Exception {
    kafka.create("stale", 1);
    TopicPartition of = new TopicPartition("stale", 0);
    Map<TopicPartition, OffsetAndMetadata> offsets = Map.of(of, new OffsetAndMetadata(1));
    try (KafkaProducer<String, String> producer = kafka.transactional("stale")) {
      producer.beginTransaction();
      ConsumerGroupMetadata over =
          new ConsumerGroupMetadata("stale", 17, "nobody", Optional.empty());
      Check.fails(CommitFailedException.class, () -> {
        producer.sendOffsetsToTransaction(offsets, over);
        producer.commitTransaction();
      });
      producer.abortTransaction();
      producer.beginTransaction();
      producer.sendOffsetsToTransaction(offsets, new ConsumerGroupMetadata("stale"));
      producer.commitTransaction();
    }
    Check.equal(offsets, kafka.admin.listConsumerGroupOffsets("stale")
        .partitionsToOffsetAndMetadata().get());
  }

  private static void limits(Kafka kafka) throws Exception {
    Map<String, Object> settings =
        Map.of("transactional.id", "limits", "transaction.timeout.ms", 900_001);
    try (KafkaProducer<String, String> producer = kafka.producer(settings)) {
      KafkaException refusal = Check.fails(KafkaException.class, producer::initTransactions);
      Check.that(refusal.getMessage().contains("larger than the maximum"), refusal);
    }
  }

  private static void described(Kafka kafka) throws Exception {
    kafka.create("described", 1);
    try (KafkaProducer<String, String> producer = kafka.transactional("described-id")) {
      producer.beginTransaction();
      producer.send(new ProducerRecord<>("described", "x")).get();
      ProducerState writer = writer(kafka, "described");
      Check.equal(0L, writer.currentTransactionStartOffset().getAsLong());
      TransactionDescription described = kafka.admin
          .describeTransactions(List.of("described-id")).description("described-id").get();
      Check.equal(TransactionState.ONGOING, described.state());
      Check.equal(writer.producerId(), described.producerId());
      Check.equal(writer.producerEpoch(), described.producerEpoch());
      Check.equal(60_000L, described.transactionTimeoutMs());
      Check.equal(Set.of(new TopicPartition("described", 0)), described.topicPartitions());
      listed(kafka, writer.producerId());
      producer.commitTransaction();
    }
    Check.equal(false, writer(kafka, "described").currentTransactionStartOffset().isPresent());
  }

  /** Each way to ask which transactions are going on. */
  private static void listed(Kafka kafka, long producer) throws Exception {
    List<TransactionListing> expected =
        List.of(new TransactionListing("described-id", producer, TransactionState.ONGOING));
    Check.equal(expected, asked(kafka, options().filterProducerIds(Set.of(producer))));
    Check.equal(
        expected, asked(kafka, options().filterOnTransactionalIdPattern("describ.*-id")));
    Check.equal(List.of(), asked(kafka, options().filterOnTransactionalIdPattern("describ")));
    Check.that(asked(kafka, ongoing()).containsAll(expected), "not among those that go on");
    Check.equal(List.of(), asked(kafka, ongoing().filterOnDuration(3_600_000)));
  }

  private static ListTransactionsOptions options() {
    return new ListTransactionsOptions();
  }

  private static ListTransactionsOptions ongoing() {
    return options().filterStates(Set.of(TransactionState.ONGOING));
  }

  private static List<TransactionListing> asked(Kafka kafka, ListTransactionsOptions options)
      throws Exception {
    return List.copyOf(kafka.admin.listTransactions(options).all().get());
  }

  private static void ended(Kafka kafka) throws Exception {
    kafka.create("ended", 1);
    TopicPartition of = new TopicPartition("ended", 0);
    try (KafkaProducer<String, String> hanging = kafka.transactional("ended-hanging")) {
      hanging.beginTransaction();
      hanging.send(new ProducerRecord<>("ended", "hanging")).get();
      ProducerState writer = writer(kafka, "ended");
      kafka.admin.abortTransaction(new AbortTransactionSpec(
          of, writer.producerId(), (short) writer.producerEpoch(),
          writer.coordinatorEpoch().orElse(0))).all().get();
      Check.equal(List.of(), kafka.committed("ended"));
      Check.equal(2L, kafka.end("ended", 0));
    }
    for (String way : List.of("fence", "terminate")) {
      try (KafkaProducer<String, String> producer = kafka.transactional("ended-" + way)) {
        producer.beginTransaction();
        producer.send(new ProducerRecord<>("ended", way)).get();
        if (way.equals("fence")) {
          kafka.admin.fenceProducers(List.of("ended-fence")).all().get();
        } else {
          kafka.admin.forceTerminateTransaction("ended-terminate").result().get();
        }
        Check.fails(ProducerFencedException.class, producer::commitTransaction);
      }
    }
    Check.equal(List.of(), kafka.committed("ended"));
  }
}
