/** One thing that a program does with Kafka's client, by the name that the tests know. */
record Scenario(String name, Body body) {
  /** Does it, or throws. */
  interface Body {
    void run(Kafka kafka) throws Exception;
  }

  /** Runs it and says in one line how it went. */
  String outcome(Kafka kafka) {
    try {
      body.run(kafka);
      return "ok " + name;
    } catch (Exception | AssertionError failure) {
      failure.printStackTrace();
      return "FAILED " + name + ": " + failure;
    }
  }
}
