/// The names of what messages say beside their words: one name for one thing, everywhere, so that
/// a search for a topic finds all that was logged about it.
public enum LogKey: String, CaseIterable, Sendable {
  case topic
  case partition
  case offset
  /// A file or directory.
  case path
  /// An address of ours.
  case address
  /// The address of a client.
  case peer
  /// The user that a client says it is.
  case user
  /// A number of bytes.
  case bytes
  /// A number of anything else.
  case count
  /// How long it took.
  case milliseconds
  /// What went wrong, in an error's words.
  case error
}
