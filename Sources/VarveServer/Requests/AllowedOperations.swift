/// What everybody may do before there are ACLs, a bit for each operation, as Kafka numbers them.
enum AllowedOperations {
  /// Create, alter, describe, the cluster's own action, configs and idempotent writes.
  static let cluster = bits(5, 7, 8, 9, 10, 11, 12)
  /// Read, write, create, delete, alter, describe, and configs.
  static let topic = bits(3, 4, 5, 6, 7, 8, 10, 11)
  /// Read, delete, describe, and configs.
  static let group = bits(3, 6, 8, 10, 11)

  private static func bits(_ operations: Int32...) -> Int32 {
    operations.reduce(0) { $0 | 1 << $1 }
  }
}
