import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListGroupsOptions;
import org.apache.kafka.clients.admin.ShareGroupDescription;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaShareConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.GroupNotEmptyException;

/** Share groups: records that consumers take, each for itself. */
final class Shares {
  static final List<Scenario> ALL = List.of(
      new Scenario("five take each record once", Shares::once),
      new Scenario("accepted, released, rejected", Shares::kinds),
      new Scenario("five deliveries and no more", Shares::limit),
      new Scenario("a lock that is renewed", Shares::renewed),
      new Scenario("no more than were asked for", Shares::strict),
      new Scenario("what a closed one held", Shares::closed),
      new Scenario("committed records only", Shares::committed),
      new Scenario("listed, described, moved, deleted", Shares::administered));

  private static Optional<Short> times(int count) {
    return Optional.of((short) count);
  }

  private static void once(Kafka kafka) throws Exception {
    int count = 2_000;
    Queue queue = new Queue(kafka, "queue-once", count);
    List<KafkaShareConsumer<String, String>> consumers = new ArrayList<>();
    for (int number = 0; number < 5; number++) {
      consumers.add(queue.consumer(Map.of()));
    }
    List<String> taken = new ArrayList<>();
    Check.comes(() -> taken.size() >= count, () -> {
      for (KafkaShareConsumer<String, String> consumer : consumers) {
        taken.addAll(Kafka.values(consumer.poll(Kafka.MOMENT.dividedBy(4))));
        Queue.commit(consumer);
      }
    });
    consumers.forEach(KafkaShareConsumer::close);
    Check.equal(
        Kafka.numbered("", count).stream().sorted().toList(), taken.stream().sorted().toList());
  }

  /** Of three records in a row the first is accepted, the second released, the third rejected. */
  private static void kinds(Kafka kafka) throws Exception {
    List<AcknowledgeType> types =
        List.of(AcknowledgeType.ACCEPT, AcknowledgeType.RELEASE, AcknowledgeType.REJECT);
    Queue queue = new Queue(kafka, "queue-kinds", 9);
    Set<Long> told = new HashSet<>();
    Set<Long> again = new HashSet<>();
    int seen = 0;
    try (KafkaShareConsumer<String, String> consumer = queue.consumer()) {
      consumer.setAcknowledgementCommitCallback((offsets, failure) -> {
        Check.equal(null, failure);
        offsets.values().forEach(told::addAll);
      });
      while (seen < 9 || again.size() < 3) {
        for (ConsumerRecord<String, String> record : Queue.next(consumer)) {
          if (record.deliveryCount().equals(times(1))) {
            consumer.acknowledge(record, types.get((int) record.offset() % 3));
            seen++;
          } else {
            Check.equal(times(2), record.deliveryCount());
            consumer.acknowledge(record);
            again.add(record.offset());
          }
        }
        Queue.commit(consumer);
      }
      Check.equal(9, seen);
      Check.equal(Set.of(1L, 4L, 7L), again);
      Check.comes(() -> told.size() == 9, () -> consumer.poll(Kafka.MOMENT));
    }
    Check.equal(9L, queue.start());
  }

  private static void limit(Kafka kafka) throws Exception {
    Queue queue = new Queue(kafka, "queue-limit", 1);
    try (KafkaShareConsumer<String, String> consumer = queue.consumer()) {
      for (int delivery = 1; delivery <= 5; delivery++) {
        ConsumerRecord<String, String> record = Queue.next(consumer).iterator().next();
        Check.equal(times(delivery), record.deliveryCount());
        consumer.acknowledge(record, AcknowledgeType.RELEASE);
        Queue.commit(consumer);
      }
      kafka.send(queue.name, 0, List.of("next"));
      Check.equal(List.of("next"), Queue.take(consumer, 1));
    }
  }

  /** Who renews a lock is given the record again, as the same delivery. */
  private static void renewed(Kafka kafka) throws Exception {
    Queue queue = new Queue(kafka, "queue-renewed", 1);
    try (KafkaShareConsumer<String, String> consumer = queue.consumer()) {
      for (int renewal = 0; renewal < 3; renewal++) {
        ConsumerRecord<String, String> record = Queue.next(consumer).iterator().next();
        Check.equal(times(1), record.deliveryCount());
        consumer.acknowledge(record, AcknowledgeType.RENEW);
        Queue.commit(consumer);
      }
      Check.equal(Optional.of(30_000), consumer.acquisitionLockTimeoutMs());
      Check.equal(List.of("0"), Queue.take(consumer, 1));
    }
    Check.equal(1L, queue.start());
  }

  private static void strict(Kafka kafka) throws Exception {
    Queue queue = new Queue(kafka, "queue-strict", 10);
    Map<String, Object> settings = new HashMap<>(Queue.EXPLICIT);
    settings.put("share.acquire.mode", "record_limit");
    settings.put("max.poll.records", 3);
    try (KafkaShareConsumer<String, String> consumer = queue.consumer(settings)) {
      List<Integer> counts = new ArrayList<>();
      while (counts.stream().mapToInt(count -> count).sum() < 10) {
        ConsumerRecords<String, String> records = Queue.next(consumer);
        counts.add(records.count());
        records.forEach(consumer::acknowledge);
        Queue.commit(consumer);
      }
      Check.equal(List.of(3, 3, 3, 1), counts);
    }
  }

  private static void closed(Kafka kafka) throws Exception {
    Queue queue = new Queue(kafka, "queue-closed", 5);
    KafkaShareConsumer<String, String> leaver = queue.consumer();
    leaver.acknowledge(Queue.next(leaver).iterator().next());
    leaver.close();
    try (KafkaShareConsumer<String, String> heir = queue.consumer()) {
      Check.equal(Kafka.numbered("", 5).subList(1, 5), Queue.take(heir, 4));
    }
  }

  private static void committed(Kafka kafka) throws Exception {
    Queue queue = new Queue(kafka, "queue-committed", 1);
    queue.configure(Map.of("share.isolation.level", "read_committed"));
    try (KafkaProducer<String, String> producer = kafka.transactional(queue.name)) {
      for (String value : List.of("aborted", "kept")) {
        producer.beginTransaction();
        producer.send(new ProducerRecord<>(queue.name, value)).get();
        if (value.equals("kept")) {
          producer.commitTransaction();
        } else {
          producer.abortTransaction();
        }
      }
    }
    try (KafkaShareConsumer<String, String> consumer = queue.consumer()) {
      Check.equal(List.of("0", "kept"), Queue.take(consumer, 2));
    }
  }

  private static void administered(Kafka kafka) throws Exception {
    Queue queue = new Queue(kafka, "queue-watched", 5);
    try (KafkaShareConsumer<String, String> consumer = queue.consumer()) {
      Check.equal(Kafka.numbered("", 5), Queue.take(consumer, 5));
      ShareGroupDescription described = described(queue);
      Check.equal(GroupState.STABLE, described.groupState());
      Check.equal(1, described.members().size());
      described.members().forEach(member ->
          Check.equal(Set.of(queue.partition), member.assignment().topicPartitions()));
      GroupListing listed = kafka.admin.listGroups(ListGroupsOptions.forShareGroups()).all().get()
          .stream().filter(group -> group.groupId().equals(queue.name)).findFirst().get();
      Check.equal(Optional.of(GroupType.SHARE), listed.type());
      Check.equal(5L, queue.start());
      Check.equal(Optional.of(0L), queue.offsets().get(queue.partition).lag());
      Check.fails(GroupNotEmptyException.class, () -> move(queue, 0));
      Check.fails(GroupNotEmptyException.class, () -> delete(queue));
    }
    Check.equal(GroupState.EMPTY, described(queue).groupState());
    move(queue, 2);
    Check.equal(2L, queue.start());
    Check.equal(Optional.of(3L), queue.offsets().get(queue.partition).lag());
    try (KafkaShareConsumer<String, String> consumer = queue.consumer()) {
      Check.equal(List.of("2", "3", "4"), Queue.take(consumer, 3));
    }
    kafka.admin.deleteShareGroupOffsets(queue.name, Set.of(queue.name)).all().get();
    Check.equal(Map.of(), queue.offsets());
    delete(queue);
    Check.fails(GroupIdNotFoundException.class, () -> described(queue));
  }

  private static ShareGroupDescription described(Queue queue) throws Exception {
    return queue.kafka.admin.describeShareGroups(List.of(queue.name)).all().get().get(queue.name);
  }

  private static void move(Queue queue, long offset) throws Exception {
    queue.kafka.admin.alterShareGroupOffsets(queue.name, Map.of(queue.partition, offset))
        .all().get();
  }

  private static void delete(Queue queue) throws Exception {
    queue.kafka.admin.deleteShareGroups(List.of(queue.name)).all().get();
  }
}
