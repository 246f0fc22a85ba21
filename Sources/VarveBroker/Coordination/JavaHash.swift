extension String {
  /// Java's `String.hashCode`: over UTF-16, with overflow.
  var javaHashCode: Int32 { utf16.reduce(0) { 31 &* $0 &+ Int32($1) } }

  /// The partition of an internal topic that a group or transactional id is kept in, as Kafka's
  /// coordinators choose it.
  package func coordinatorPartition(of count: Int32) -> Int32 {
    // The least number has no absolute value; Kafka takes 0.
    (javaHashCode == Int32.min ? 0 : abs(javaHashCode)) % count
  }
}
