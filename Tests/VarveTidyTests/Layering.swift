/// Who may import whom. Arrows point down only: a lower target never names a higher one.
enum Layering {
  /// The modules that each target may import. Swift's own `Synchronization` and `Dispatch` are
  /// everybody's.
  static let allowed: [String: Set<String>] = [
    "VarveBase": ["CVarve", "Glibc", "Musl", "Darwin"],
    "VarveLog": ["VarveBase", "Dispatch", "CZlib", "CLZ4", "CSnappy", "CZstd"],
    "VarveProtocol": ["VarveBase"],
    "VarveSecurity": ["VarveBase", "COpenSSL"],
    "VarveClient": ["VarveSecurity", "VarveProtocol", "VarveBase", "Glibc", "Musl", "Darwin"],
    "VarveCoordination": ["VarveLog", "VarveProtocol", "VarveBase"],
    "VarveBroker": ["VarveCoordination", "VarveLog", "VarveProtocol", "VarveBase", "Dispatch"],
    "VarveServer": [
      "VarveSecurity", "VarveBroker", "VarveCoordination", "VarveLog", "VarveProtocol",
      "VarveBase", "CEvent", "Glibc", "Musl", "Darwin",
    ],
    "Varve": [
      "VarveServer", "VarveClient", "VarveSecurity", "VarveBroker", "VarveCoordination", "VarveLog",
      "VarveProtocol", "VarveBase",
    ],
    "VarveQueues": ["Varve"],
    "VarveQueuesSQLite": ["VarveQueues", "Varve", "CSQLite"],
    "VarveQueuesRedis": ["VarveQueues", "Varve", "CHiredis"],
    "VarveQueuesPostgreSQL": ["VarveQueues", "Varve", "CPostgreSQL"],
    "VarveTestKit": [
      "Varve", "VarveServer", "VarveSecurity", "VarveBroker", "VarveCoordination", "VarveLog",
      "VarveProtocol", "VarveBase", "Glibc", "Musl", "Darwin",
    ],
    "VarveCommand": [
      "Varve", "VarveQueues", "VarveBroker", "VarveLog", "VarveBase", "Dispatch", "Glibc", "Musl",
      "Darwin",
    ],
    "VarveBenchmarks": [
      "Varve", "VarveQueues", "VarveBroker", "VarveCoordination", "VarveLog", "VarveProtocol",
      "VarveBase",
      "VarveTestKit", "CBenchmarks", "CLMDB", "CHiredis", "CRabbitMQ", "CRdKafka", "CSQLite",
      "CZlib", "Foundation", "Glibc",
    ],
  ]

  private static let everybodys: Set = ["Synchronization", "Dispatch"]

  static let rule = Rule { file in
    guard file.isSwift, !file.isTest, file.path != "Package.swift" else { return [] }
    guard let modules = allowed[file.target] else {
      return [
        Finding(path: file.path, line: 1, message: "\(file.target) is not in Layering.allowed")
      ]
    }
    return imports(of: file).compactMap { line, module in
      if everybodys.contains(module) || modules.contains(module) { return nil }
      return Finding(
        path: file.path, line: line, message: "\(file.target) may not import \(module)")
    }
  }

  /// The imported modules and their lines.
  private static func imports(of file: SourceFile) -> [(line: Int, module: String)] {
    let pattern =
      #/
      ^\s* (?:@\w+\s+)* (?:\w+\s+)? import\s+
      (?:(?:struct|class|enum|protocol|func|var|let|typealias)\s+)? (\w+)
    /#
    return file.code.enumerated().compactMap { index, code in
      code.firstMatch(of: pattern).map { (index + 1, String($0.output.1)) }
    }
  }
}
