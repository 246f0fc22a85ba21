import java.util.Objects;
import java.util.concurrent.ExecutionException;

/** What a scenario expects, or an error that says what came instead. */
final class Check {
  interface Action {
    void run() throws Exception;
  }

  interface Condition {
    boolean holds() throws Exception;
  }

  static void equal(Object expected, Object found) {
    if (!Objects.equals(expected, found)) {
      throw new AssertionError(found + " instead of " + expected);
    }
  }

  static void that(boolean holds, Object found) {
    if (!holds) {
      throw new AssertionError("found " + found);
    }
  }

  /** That something fails with an error of this kind, which a future may have wrapped. */
  static <E extends Throwable> E fails(Class<E> kind, Action action) throws Exception {
    Throwable failure;
    try {
      action.run();
      throw new AssertionError("no " + kind.getSimpleName());
    } catch (ExecutionException wrapped) {
      failure = wrapped.getCause();
    } catch (Exception thrown) {
      failure = thrown;
    }
    if (!kind.isInstance(failure)) {
      throw new AssertionError(failure + " instead of " + kind.getSimpleName(), failure);
    }
    return kind.cast(failure);
  }

  /** Waits until something holds, which it must come to within a minute. */
  static void comes(Condition condition, Check.Action meanwhile) throws Exception {
    long end = System.nanoTime() + Kafka.LIMIT.toNanos();
    while (!condition.holds()) {
      that(System.nanoTime() < end, "nothing after " + Kafka.LIMIT);
      meanwhile.run();
    }
  }

  static void comes(Condition condition) throws Exception {
    comes(condition, () -> Thread.sleep(20));
  }
}
