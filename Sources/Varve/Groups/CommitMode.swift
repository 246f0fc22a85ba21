/// When a group consumer commits how far it is: which of the delivery guarantees a program has.
///
/// | mode | after a crash | guarantee |
/// | --- | --- | --- |
/// | `afterProcessing` | the batch at hand is processed again | at least once |
/// | `beforeProcessing` | the batch at hand is not processed again | at most once |
/// | `manual` | from the last commit on | the program's choice |
public enum CommitMode: Hashable, Sendable {
  /// At least once: a batch is committed when the loop asks for the next one, so that its body has
  /// ended without an error. A loop that is left in the middle of a batch does not commit it.
  case afterProcessing
  /// At most once: a batch is committed before the loop gets it.
  case beforeProcessing
  /// Only the `commit` functions of ``GroupConsumer`` commit.
  case manual
}
