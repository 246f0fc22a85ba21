import java.io.FileReader;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Runs a family of scenarios against a server: Scenarios FAMILY HOST:PORT [CLIENT.PROPERTIES].
 * Prints a line for each, `ok NAME` or `FAILED NAME: why`. They run at once: most of their time
 * they wait.
 */
public final class Scenarios {
  private static final Map<String, List<Scenario>> FAMILIES = Map.of(
      "records", Records.ALL,
      "groups", Groups.ALL,
      "transactions", Transactions.ALL,
      "topics", Topics.ALL,
      "cluster", Cluster.ALL,
      "shares", Shares.ALL,
      "access", Access.ALL);
  private static final long SECONDS = 240;

  public static void main(String[] words) throws Exception {
    List<Scenario> scenarios = FAMILIES.get(words[0]);
    try (Kafka kafka = new Kafka(settings(words))) {
      List<Callable<String>> runs =
          scenarios.stream().map(s -> (Callable<String>) () -> s.outcome(kafka)).toList();
      List<Future<String>> outcomes = Executors.newFixedThreadPool(runs.size())
          .invokeAll(runs, SECONDS, TimeUnit.SECONDS);
      for (int index = 0; index < runs.size(); index++) {
        System.out.println(line(scenarios.get(index), outcomes.get(index)));
      }
    }
    System.exit(0);
  }

  private static Map<String, Object> settings(String[] words) throws IOException {
    Map<String, Object> settings = new HashMap<>(Map.of("bootstrap.servers", words[1]));
    if (words.length > 2) {
      Properties file = new Properties();
      try (Reader reader = new FileReader(words[2], StandardCharsets.UTF_8)) {
        file.load(reader);
      }
      file.stringPropertyNames().forEach(name -> settings.put(name, file.getProperty(name)));
    }
    return settings;
  }

  private static String line(Scenario scenario, Future<String> outcome) throws Exception {
    try {
      return outcome.get();
    } catch (CancellationException late) {
      return "FAILED " + scenario.name() + ": not done after " + SECONDS + " s";
    }
  }
}
