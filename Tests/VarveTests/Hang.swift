import Testing

extension TimeLimitTrait.Duration {
  /// The end of a test that hangs. All tests share a few threads from the start, so the limit is
  /// above what the whole suite takes on a machine that has other things to do.
  static var hang: Self { .minutes(60) }
}
