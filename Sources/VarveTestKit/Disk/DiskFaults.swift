internal import VarveBase

/// When a simulated disk fails, and what it counts.
struct DiskFaults: Sendable {
  var isReadOnly = false
  var maxOpenFiles = Int.max
  /// Blocks of the disk, in bytes.
  var capacity = Int.max
  /// The number of the operation that the crash comes at, from 1.
  var crashAt: Int?
  var whenCrashed: (@Sendable () -> Void)?
  var rule: (@Sendable (DiskOperation) -> FileError.Code?)?
  /// Failures to come, each for the next operation of its kind.
  private var failures: [(kind: DiskOperation.Kind, code: FileError.Code)] = []

  private(set) var operationCount = 0
  private var counts: [DiskOperation.Kind: [String: Int]] = [:]

  mutating func failNext(_ kind: DiskOperation.Kind, _ code: FileError.Code) {
    failures.append((kind, code))
  }

  func count(_ kind: DiskOperation.Kind, path: String?) -> Int {
    guard let path else { return counts[kind, default: [:]].values.reduce(0, +) }
    return counts[kind, default: [:]][path, default: 0]
  }

  /// Counts an operation and tells whether the crash comes at it.
  mutating func countsToCrash(_ operation: DiskOperation) -> Bool {
    counts[operation.kind, default: [:]][operation.path, default: 0] += 1
    guard operation.kind.changes else { return false }
    operationCount += 1
    return operationCount == crashAt
  }

  /// Throws where the operation is to fail.
  mutating func check(_ operation: DiskOperation) throws(FileError) {
    if isReadOnly, operation.kind.changes, !operation.kind.syncs {
      throw .simulated(.readOnly, operation)
    }
    if let index = failures.firstIndex(where: { $0.kind == operation.kind }) {
      throw .simulated(failures.remove(at: index).code, operation)
    }
    if let code = rule?(operation) { throw .simulated(code, operation) }
  }
}

extension FileError {
  static func simulated(_ code: Code, _ operation: DiskOperation) -> FileError {
    .simulated(code, operation.kind.systemName, operation.path)
  }

  static func simulated(_ code: Code, _ operation: String, _ path: String) -> FileError {
    FileError(code, operation: operation, path: path, reason: "simulated: \(code)")
  }
}
