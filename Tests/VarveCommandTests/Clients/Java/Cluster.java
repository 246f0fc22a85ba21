import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.admin.DescribeClusterOptions;
import org.apache.kafka.clients.admin.DescribeClusterResult;
import org.apache.kafka.clients.admin.FeatureMetadata;
import org.apache.kafka.clients.admin.FeatureUpdate;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.QuorumInfo;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UpdateFeaturesOptions;
import org.apache.kafka.clients.admin.UserScramCredentialDeletion;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.errors.ElectionNotNeededException;
import org.apache.kafka.common.errors.InvalidUpdateVersionException;
import org.apache.kafka.common.errors.NoReassignmentInProgressException;
import org.apache.kafka.common.errors.SecurityDisabledException;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.quota.ClientQuotaFilter;
import org.apache.kafka.common.quota.ClientQuotaFilterComponent;

/** What an administrator asks of the cluster, its groups and its users. */
final class Cluster {
  static final List<Scenario> ALL = List.of(
      new Scenario("nodes, quorum, directories", Cluster::nodes),
      new Scenario("features", Cluster::features),
      new Scenario("elections and moves", Cluster::moves),
      new Scenario("a classic group",
          kafka -> AdministeredGroups.watch(kafka, "classic", Groups.RANGE)),
      new Scenario("a consumer group",
          kafka -> AdministeredGroups.watch(kafka, "consumer", Groups.CONSUMER)),
      new Scenario("offsets of groups", AdministeredGroups::offsets),
      new Scenario("quotas", Cluster::quotas),
      new Scenario("passwords", Cluster::passwords),
      new Scenario("no rules of access", Cluster::rules),
      new Scenario("names of clients", Cluster::clients));

  private static void nodes(Kafka kafka) throws Exception {
    DescribeClusterResult cluster = kafka.admin.describeCluster(
        new DescribeClusterOptions().includeAuthorizedOperations(true));
    Check.equal(1, cluster.nodes().get().size());
    Check.equal(1, cluster.controller().get().id());
    Check.that(cluster.clusterId().get().length() == 22, cluster.clusterId().get());
    Check.that(!cluster.authorizedOperations().get().isEmpty(), "no operation is allowed");
    QuorumInfo quorum = kafka.admin.describeMetadataQuorum().quorumInfo().get();
    Check.equal(1, quorum.leaderId());
    Check.equal(1, quorum.voters().size());
    Check.equal(quorum.highWatermark(), quorum.voters().get(0).logEndOffset());
    kafka.create("sized", 2);
    kafka.send("sized", 1, List.of("x".repeat(1_000)));
    Map<String, LogDirDescription> directories =
        kafka.admin.describeLogDirs(List.of(1)).allDescriptions().get().get(1);
    Check.equal(1, directories.size());
    LogDirDescription directory = directories.values().iterator().next();
    Check.equal(null, directory.error());
    long[] sizes = new long[2];
    for (int partition = 0; partition < 2; partition++) {
      sizes[partition] =
          directory.replicaInfos().get(new TopicPartition("sized", partition)).size();
    }
    Check.equal(0L, sizes[0]);
    Check.that(sizes[1] > 1_000, directory);
  }

  private static void features(Kafka kafka) throws Exception {
    FeatureMetadata features = kafka.admin.describeFeatures().featureMetadata().get();
    for (String name : List.of("transaction.version", "group.version")) {
      Check.that(features.finalizedFeatures().containsKey(name), features);
      short level = features.finalizedFeatures().get(name).maxVersionLevel();
      Check.that(level > 0 && level <= features.supportedFeatures().get(name).maxVersion(), name);
      update(kafka, name, level);
    }
    Check.fails(InvalidUpdateVersionException.class, () ->
        update(kafka, "metadata.version", (short) 1));
  }

  private static void update(Kafka kafka, String name, short level) throws Exception {
    Map<String, FeatureUpdate> updates =
        Map.of(name, new FeatureUpdate(level, FeatureUpdate.UpgradeType.UPGRADE));
    UpdateFeaturesOptions options = new UpdateFeaturesOptions().validateOnly(true);
    kafka.admin.updateFeatures(updates, options).all().get();
  }

  private static void moves(Kafka kafka) throws Exception {
    kafka.create("moved", 1);
    TopicPartition of = new TopicPartition("moved", 0);
    Map<TopicPartition, Optional<Throwable>> elected =
        kafka.admin.electLeaders(ElectionType.PREFERRED, Set.of(of)).partitions().get();
    Check.equal(ElectionNotNeededException.class, elected.get(of).get().getClass());
    kafka.admin.alterPartitionReassignments(
        Map.of(of, Optional.of(new NewPartitionReassignment(List.of(1))))).all().get();
    Check.equal(Map.of(), kafka.admin.listPartitionReassignments().reassignments().get());
    Check.fails(NoReassignmentInProgressException.class, () ->
        kafka.admin.alterPartitionReassignments(Map.of(of, Optional.empty())).all().get());
  }

  private static void quotas(Kafka kafka) throws Exception {
    ClientQuotaEntity entity = new ClientQuotaEntity(
        Map.of(ClientQuotaEntity.USER, "somebody", ClientQuotaEntity.CLIENT_ID, "program"));
    quota(kafka, entity, 12_345.0);
    ClientQuotaFilter filter = ClientQuotaFilter.contains(
        List.of(ClientQuotaFilterComponent.ofEntity(ClientQuotaEntity.USER, "somebody")));
    Check.equal(
        Map.of(entity, Map.of("producer_byte_rate", 12_345.0)),
        kafka.admin.describeClientQuotas(filter).entities().get());
    quota(kafka, entity, null);
    Check.equal(Map.of(), kafka.admin.describeClientQuotas(filter).entities().get());
  }

  private static void quota(Kafka kafka, ClientQuotaEntity entity, Double rate) throws Exception {
    Collection<ClientQuotaAlteration.Op> changes =
        List.of(new ClientQuotaAlteration.Op("producer_byte_rate", rate));
    kafka.admin.alterClientQuotas(List.of(new ClientQuotaAlteration(entity, changes))).all().get();
  }

  private static void passwords(Kafka kafka) throws Exception {
    ScramCredentialInfo info = new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, 4_096);
    kafka.admin.alterUserScramCredentials(
        List.of(new UserScramCredentialUpsertion("alice", info, "secret"))).all().get();
    Check.equal(
        List.of(info),
        kafka.admin.describeUserScramCredentials(List.of("alice")).description("alice").get()
            .credentialInfos());
    kafka.admin.alterUserScramCredentials(List.of(
        new UserScramCredentialDeletion("alice", ScramMechanism.SCRAM_SHA_512))).all().get();
    Check.equal(List.of(), kafka.admin.describeUserScramCredentials().users().get());
  }

  private static void rules(Kafka kafka) throws Exception {
    Check.fails(SecurityDisabledException.class, () ->
        kafka.admin.describeAcls(AclBindingFilter.ANY).values().get());
  }

  /** Clients that push what they measure have an id of the server's (KIP-714). */
  private static void clients(Kafka kafka) throws Exception {
    try (KafkaProducer<String, String> producer = kafka.producer(Map.of())) {
      Check.that(producer.clientInstanceId(Kafka.LIMIT) != null, "no id");
    }
  }
}
