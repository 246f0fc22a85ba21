import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.SubscriptionPattern;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.UnreleasedInstanceIdException;

/** Members that share partitions, with each protocol that the client has. */
final class Groups {
  static final Map<String, Object> CLASSIC =
      Map.of("session.timeout.ms", 6_000, "heartbeat.interval.ms", 200);
  static final Map<String, Object> RANGE = assigned("RangeAssignor");
  static final Map<String, Object> COOPERATIVE = assigned("CooperativeStickyAssignor");
  static final Map<String, Object> CONSUMER = Map.of("group.protocol", "consumer");

  static final List<Scenario> ALL = List.of(
      new Scenario("three share, range", kafka -> share(kafka, "range", RANGE)),
      new Scenario("three share, sticky",
          kafka -> share(kafka, "sticky", assigned("StickyAssignor"))),
      new Scenario("three share, cooperative", kafka -> share(kafka, "coop", COOPERATIVE)),
      new Scenario("three share, consumer", kafka -> share(kafka, "consumer", CONSUMER)),
      new Scenario("three share, consumer and range", kafka -> share(kafka, "remote",
          Map.of("group.protocol", "consumer", "group.remote.assignor", "range"))),
      new Scenario("a static member returns, classic", kafka -> returns(kafka, "static", RANGE)),
      new Scenario("a static member returns, consumer",
          kafka -> returns(kafka, "static-consumer", CONSUMER)),
      new Scenario("two with one instance id", Groups::instances),
      new Scenario("one vanishes", Groups::vanishes),
      new Scenario("patterns", Groups::patterns),
      new Scenario("offsets and their metadata", Groups::offsets),
      new Scenario("from classic to consumer while it runs", Groups::moves));

  private static Map<String, Object> assigned(String assignor) {
    Map<String, Object> settings = new HashMap<>(CLASSIC);
    settings.put(
        "partition.assignment.strategy", "org.apache.kafka.clients.consumer." + assignor);
    return settings;
  }

  private static void fill(Kafka kafka, String topic, String prefix, int partitions)
      throws Exception {
    for (int partition = 0; partition < partitions; partition++) {
      kafka.send(topic, partition, Kafka.numbered(prefix + partition + "-", 20));
    }
  }

  private static List<String> filled(String prefix, int partitions) {
    List<String> values = new ArrayList<>();
    for (int partition = 0; partition < partitions; partition++) {
      values.addAll(Kafka.numbered(prefix + partition + "-", 20));
    }
    return values;
  }

  private static void share(Kafka kafka, String name, Map<String, Object> settings)
      throws Exception {
    String topic = "shared-" + name;
    kafka.create(topic, 6);
    fill(kafka, topic, "first-", 6);
    try (Members members = new Members(kafka, "group-" + name, topic, settings)) {
      members.join("a");
      members.join("b");
      members.join("c");
      members.settle(2, 2, 2);
      members.receive(filled("first-", 6));
      members.commit();
      members.leave("b");
      members.settle(3, 3);
      fill(kafka, topic, "second-", 6);
      members.receive(filled("second-", 6));
      Check.equal(
          filled("second-", 6).stream().sorted().toList(),
          members.values.stream().filter(value -> value.startsWith("second-")).sorted().toList());
    }
  }

  private static void returns(Kafka kafka, String name, Map<String, Object> settings)
      throws Exception {
    String topic = "topic-" + name;
    kafka.create(topic, 4);
    try (Members members = new Members(kafka, "group-" + name, topic, settings)) {
      members.join("a", Map.of("group.instance.id", "instance-a"));
      members.join("b", Map.of("group.instance.id", "instance-b"));
      members.settle(2, 2);
      Set<TopicPartition> before = members.assignment("b");
      Set<TopicPartition> other = members.assignment("a");
      members.leave("b");
      for (int turn = 0; turn < 5; turn++) {
        members.poll();
        Check.equal(other, members.assignment("a"));
      }
      members.join("b", Map.of("group.instance.id", "instance-b"));
      members.settle(2, 2);
      Check.equal(before, members.assignment("b"));
      Check.equal(other, members.assignment("a"));
    }
  }

  private static void instances(Kafka kafka) throws Exception {
    kafka.create("instances", 1);
    Map<String, Object> instance = Map.of("group.instance.id", "one");
    try (Members members = new Members(kafka, "instances-classic", "instances", RANGE)) {
      KafkaConsumer<String, String> older = members.join("older", instance);
      members.settle(1);
      members.leaveUnpolled("older");
      members.join("newer", instance);
      members.settle(1);
      Check.fails(FencedInstanceIdException.class, () -> Check.comes(() -> false, () ->
          older.poll(Kafka.MOMENT)));
      older.close();
    }
    try (Members members = new Members(kafka, "instances-consumer", "instances", CONSUMER)) {
      members.join("older", instance);
      members.settle(1);
      KafkaConsumer<String, String> newer = members.join("newer", instance);
      members.leaveUnpolled("newer");
      Check.fails(UnreleasedInstanceIdException.class, () -> Check.comes(() -> false, () -> {
        members.poll();
        newer.poll(Kafka.MOMENT);
      }));
      newer.close();
    }
  }

  private static void vanishes(Kafka kafka) throws Exception {
    kafka.create("vanishes", 2);
    try (Members members = new Members(kafka, "vanishes", "vanishes", COOPERATIVE)) {
      members.join("a");
      members.join("b");
      members.settle(1, 1);
      members.vanish("b");
      fill(kafka, "vanishes", "", 2);
      members.receive(filled("", 2));
      members.settle(2);
    }
  }

  private static void patterns(Kafka kafka) throws Exception {
    kafka.create("pattern-a", 1);
    for (Map<String, Object> settings : List.of(CLASSIC, CONSUMER)) {
      String name = settings == CLASSIC ? "classic" : "consumer";
      Map<String, Object> all = new HashMap<>(settings);
      all.put("group.id", "patterns-" + name);
      all.put("metadata.max.age.ms", 500);
      try (KafkaConsumer<String, String> consumer = kafka.consumer(all)) {
        if (settings == CLASSIC) {
          consumer.subscribe(Pattern.compile("pattern-.*"));
        } else {
          consumer.subscribe(new SubscriptionPattern("pattern-.*"));
        }
        Check.comes(() -> !consumer.assignment().isEmpty(), () -> consumer.poll(Kafka.MOMENT));
        kafka.create("pattern-" + name, 1);
        Check.comes(
            () -> consumer.assignment().contains(new TopicPartition("pattern-" + name, 0)),
            () -> consumer.poll(Kafka.MOMENT));
      }
    }
  }

  private static void offsets(Kafka kafka) throws Exception {
    kafka.create("committed", 2);
    TopicPartition first = new TopicPartition("committed", 0);
    TopicPartition second = new TopicPartition("committed", 1);
    kafka.send("committed", 0, Kafka.numbered("", 10));
    for (Map<String, Object> settings : List.of(CLASSIC, CONSUMER)) {
      String group = "committed-" + (settings == CLASSIC ? "classic" : "consumer");
      try (Members members = new Members(kafka, group, "committed", settings)) {
        KafkaConsumer<String, String> member = members.join("a");
        members.receive(Kafka.numbered("", 10));
        OffsetAndMetadata offset = new OffsetAndMetadata(7, "seven, “so far”");
        member.commitSync(Map.of(first, offset));
        Check.equal(offset, member.committed(Set.of(first, second)).get(first));
        Check.equal(null, member.committed(Set.of(first, second)).get(second));
        List<Throwable> answers = new ArrayList<>();
        member.commitAsync(Map.of(second, new OffsetAndMetadata(0)), (of, e) -> answers.add(e));
        Check.comes(() -> !answers.isEmpty(), members::poll);
        Check.equal(null, answers.get(0));
        members.leave("a");
        members.values.clear();
        members.join("b");
        members.receive(Kafka.numbered("", 10).subList(7, 10));
        Check.equal(3, members.values.size());
      }
    }
  }

  private static void moves(Kafka kafka) throws Exception {
    kafka.create("moves", 4);
    fill(kafka, "moves", "first-", 4);
    try (Members members = new Members(kafka, "moves", "moves", Map.of())) {
      members.join("a", RANGE);
      members.join("b", RANGE);
      members.settle(2, 2);
      members.receive(filled("first-", 4));
      members.commit();
      members.join("c", CONSUMER);
      members.leave("a");
      members.settle(2, 2);
      members.join("d", CONSUMER);
      members.leave("b");
      members.settle(2, 2);
      fill(kafka, "moves", "second-", 4);
      members.receive(filled("second-", 4));
    }
  }
}
