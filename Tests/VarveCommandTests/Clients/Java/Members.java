import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/** Members of a group, which are polled in turn, and what they were given. */
final class Members implements AutoCloseable {
  private final Kafka kafka;
  private final String topic;
  private final Map<String, Object> settings = new HashMap<>();
  private final Map<String, KafkaConsumer<String, String>> members = new LinkedHashMap<>();
  /** Values in the order in which they came, whoever got them. */
  final List<String> values = new ArrayList<>();

  Members(Kafka kafka, String group, String topic, Map<String, Object> settings) {
    this.kafka = kafka;
    this.topic = topic;
    this.settings.put("group.id", group);
    this.settings.putAll(settings);
  }

  KafkaConsumer<String, String> join(String name) {
    return join(name, Map.of());
  }

  KafkaConsumer<String, String> join(String name, Map<String, Object> more) {
    Map<String, Object> all = new HashMap<>(settings);
    all.putAll(more);
    KafkaConsumer<String, String> member = kafka.consumer(all);
    member.subscribe(List.of(topic));
    members.put(name, member);
    return member;
  }

  KafkaConsumer<String, String> member(String name) {
    return members.get(name);
  }

  /** The member goes, and says so. */
  void leave(String name) {
    members.remove(name).close();
  }

  /** The member is polled here no longer, and stays in the group while somebody else polls it. */
  void leaveUnpolled(String name) {
    members.remove(name);
  }

  /** The member goes without a word, as one that is killed. */
  void vanish(String name) {
    members.remove(name).close(CloseOptions.groupMembershipOperation(
        CloseOptions.GroupMembershipOperation.REMAIN_IN_GROUP));
  }

  void poll() {
    for (KafkaConsumer<String, String> member : members.values()) {
      for (ConsumerRecord<String, String> record : member.poll(Kafka.MOMENT.dividedBy(4))) {
        values.add(record.value());
      }
    }
  }

  Set<TopicPartition> assignment(String name) {
    return members.get(name).assignment();
  }

  /** Polls until each partition of the topic has one member, and members have these counts. */
  void settle(int... counts) throws Exception {
    int partitions = kafka.admin.describeTopics(List.of(topic)).allTopicNames().get()
        .get(topic).partitions().size();
    List<Integer> expected = Arrays.stream(counts).sorted().boxed().toList();
    Check.comes(() -> expected.equals(counts()) && owned().size() == partitions, this::poll);
  }

  private List<Integer> counts() {
    return members.values().stream().map(m -> m.assignment().size()).sorted().toList();
  }

  private Set<TopicPartition> owned() {
    return members.values().stream().flatMap(m -> m.assignment().stream())
        .collect(Collectors.toSet());
  }

  /** Polls until these values came, whatever else did. */
  void receive(List<String> expected) throws Exception {
    Check.comes(() -> new TreeSet<>(values).containsAll(expected), this::poll);
  }

  void commit() {
    members.values().forEach(KafkaConsumer::commitSync);
  }

  @Override
  public void close() {
    members.values().forEach(KafkaConsumer::close);
  }
}
