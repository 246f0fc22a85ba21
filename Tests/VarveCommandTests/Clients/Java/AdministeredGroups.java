import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.ListGroupsOptions;
import org.apache.kafka.clients.admin.MemberToRemove;
import org.apache.kafka.clients.admin.RemoveMembersFromConsumerGroupOptions;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.GroupType;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.GroupNotEmptyException;
import org.apache.kafka.common.errors.GroupSubscribedToTopicException;
import org.apache.kafka.common.errors.UnknownMemberIdException;

/** What an administrator sees of consumer groups, and changes in them. */
final class AdministeredGroups {
  static void watch(Kafka kafka, String kind, Map<String, Object> settings)
      throws Exception {
    String topic = "watched-" + kind;
    String group = "watched-by-" + kind;
    TopicPartition first = new TopicPartition(topic, 0);
    kafka.create(topic, 2);
    kafka.send(topic, 0, Kafka.numbered("", 5));
    GroupType type = kind.equals("classic") ? GroupType.CLASSIC : GroupType.CONSUMER;
    try (Members members = new Members(kafka, group, topic, settings)) {
      members.join("a", Map.of("client.id", "watched", "group.instance.id", "instance"));
      members.settle(2);
      members.receive(Kafka.numbered("", 5));
      members.commit();
      ConsumerGroupDescription described = described(kafka, group);
      Check.equal(GroupState.STABLE, described.groupState());
      Check.equal(type, described.type());
      Check.equal(1, described.members().size());
      described.members().forEach(member -> {
        Check.equal("watched", member.clientId());
        Check.equal(Optional.of("instance"), member.groupInstanceId());
        Check.equal(
            Set.of(first, new TopicPartition(topic, 1)), member.assignment().topicPartitions());
      });
      GroupListing listed = listed(kafka, group, ListGroupsOptions.forConsumerGroups());
      Check.equal(Optional.of(type), listed.type());
      Check.equal(Optional.of(GroupState.STABLE), listed.groupState());
      ListGroupsOptions empty = new ListGroupsOptions().inGroupStates(Set.of(GroupState.EMPTY));
      Check.equal(null, listed(kafka, group, empty));
      Check.fails(GroupNotEmptyException.class, () ->
          kafka.admin.deleteConsumerGroups(List.of(group)).all().get());
      Check.fails(GroupSubscribedToTopicException.class, () -> kafka.admin
          .deleteConsumerGroupOffsets(group, Set.of(first)).partitionResult(first).get());
      Check.fails(UnknownMemberIdException.class, () -> kafka.admin.alterConsumerGroupOffsets(
          group, Map.of(first, new OffsetAndMetadata(0))).all().get());
    }
    RemoveMembersFromConsumerGroupOptions instance =
        new RemoveMembersFromConsumerGroupOptions(List.of(new MemberToRemove("instance")));
    kafka.admin.removeMembersFromConsumerGroup(group, instance).all().get();
    Check.equal(GroupState.EMPTY, described(kafka, group).groupState());
    kafka.admin.deleteConsumerGroupOffsets(group, Set.of(first)).all().get();
    kafka.admin.deleteConsumerGroups(List.of(group)).all().get();
    Check.fails(GroupIdNotFoundException.class, () -> described(kafka, group));
    Check.fails(GroupIdNotFoundException.class, () ->
        kafka.admin.deleteConsumerGroups(List.of(group)).all().get());
  }

  private static ConsumerGroupDescription described(Kafka kafka, String group) throws Exception {
    return kafka.admin.describeConsumerGroups(List.of(group)).all().get().get(group);
  }

  private static GroupListing listed(Kafka kafka, String group, ListGroupsOptions options)
      throws Exception {
    return kafka.admin.listGroups(options).all().get().stream()
        .filter(listing -> listing.groupId().equals(group)).findFirst().orElse(null);
  }

  static void offsets(Kafka kafka) throws Exception {
    kafka.create("moved-offsets", 2);
    TopicPartition first = new TopicPartition("moved-offsets", 0);
    TopicPartition second = new TopicPartition("moved-offsets", 1);
    OffsetAndMetadata three = new OffsetAndMetadata(3, Optional.of(0), "three");
    kafka.admin.alterConsumerGroupOffsets("offsets-a", Map.of(first, three)).all().get();
    kafka.admin.alterConsumerGroupOffsets(
        "offsets-b", Map.of(second, new OffsetAndMetadata(4))).all().get();
    Map<String, ListConsumerGroupOffsetsSpec> asked = Map.of(
        "offsets-a", new ListConsumerGroupOffsetsSpec(),
        "offsets-b", new ListConsumerGroupOffsetsSpec().topicPartitions(List.of(second)));
    Map<String, Map<TopicPartition, OffsetAndMetadata>> found =
        kafka.admin.listConsumerGroupOffsets(asked).all().get();
    Check.equal(Map.of(first, three), found.get("offsets-a"));
    Check.equal(4L, found.get("offsets-b").get(second).offset());
    kafka.admin.deleteConsumerGroupOffsets("offsets-a", Set.of(first)).all().get();
    Check.equal(Map.of(), kafka.admin.listConsumerGroupOffsets("offsets-a")
        .partitionsToOffsetAndMetadata().get());
  }
}
