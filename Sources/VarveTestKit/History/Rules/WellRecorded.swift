extension HistoryRule {
  /// The history itself makes sense: what is answered was asked, once, and with one answer.
  public static let wellRecorded = HistoryRule { facts in facts.mistakes }
}
