// swift-tools-version: 6.2
import PackageDescription

/// Every library target: memory safety is checked, every warning is an error.
let strict: [SwiftSetting] = [
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .enableExperimentalFeature("Lifetimes"),
]

/// Tests and tools: as above, without the memory-safety annotations.
let relaxed = Array(strict.dropFirst())

let package = Package(
  name: "varve",
  platforms: [.macOS(.v15)],
  products: [
    .library(name: "Varve", targets: ["Varve"]),
    .library(name: "VarveQueues", targets: ["VarveQueues"]),
    .library(name: "VarveQueuesSQLite", targets: ["VarveQueuesSQLite"]),
    .library(name: "VarveQueuesRedis", targets: ["VarveQueuesRedis"]),
    .library(name: "VarveQueuesPostgreSQL", targets: ["VarveQueuesPostgreSQL"]),
    .library(name: "VarveTestKit", targets: ["VarveTestKit"]),
    .executable(name: "varve", targets: ["VarveCommand"]),
  ],
  traits: [
    .default(enabledTraits: ["LZ4", "Snappy", "Zstd", "Serve"]),
    .trait(name: "LZ4", description: "Read and write lz4 batches (liblz4)."),
    .trait(name: "Snappy", description: "Read and write snappy batches (libsnappy)."),
    .trait(name: "Zstd", description: "Read and write zstd batches (libzstd)."),
    .trait(name: "Serve", description: "Kafka's protocol over the log (libevent, OpenSSL)."),
    .trait(name: "SQLite", description: "Process records into SQLite (libsqlite3)."),
    .trait(name: "Redis", description: "Process records into Redis (libhiredis)."),
    .trait(name: "PostgreSQL", description: "Process records into PostgreSQL (libpq)."),
    .trait(
      name: "Peers",
      description:
        "Benchmarks drive servers with their C clients, and compare with LMDB and SQLite.",
      enabledTraits: ["Serve"]),
  ],
  targets: [
    .systemLibrary(name: "CZlib", path: "Sources/CLibraries/CZlib"),
    .systemLibrary(name: "CLZ4", path: "Sources/CLibraries/CLZ4"),
    .systemLibrary(name: "CSnappy", path: "Sources/CLibraries/CSnappy"),
    .systemLibrary(name: "CZstd", path: "Sources/CLibraries/CZstd"),
    .systemLibrary(name: "CEvent", path: "Sources/CLibraries/CEvent"),
    .systemLibrary(name: "CRdKafka", path: "Sources/CLibraries/CRdKafka"),
    .systemLibrary(name: "COpenSSL", path: "Sources/CLibraries/COpenSSL"),
    .systemLibrary(name: "CLMDB", path: "Sources/CLibraries/CLMDB"),
    .systemLibrary(name: "CSQLite", path: "Sources/CLibraries/CSQLite"),
    .systemLibrary(name: "CHiredis", path: "Sources/CLibraries/CHiredis"),
    .systemLibrary(name: "CRabbitMQ", path: "Sources/CLibraries/CRabbitMQ"),
    .systemLibrary(name: "CPostgreSQL", path: "Sources/CLibraries/CPostgreSQL"),

    .target(name: "CVarve", cSettings: [.unsafeFlags(["-O3"], .when(configuration: .release))]),
    .target(name: "VarveBase", dependencies: ["CVarve"], swiftSettings: strict),
    .target(
      name: "VarveLog",
      dependencies: [
        "VarveBase", "CZlib",
        .target(name: "CLZ4", condition: .when(traits: ["LZ4"])),
        .target(name: "CSnappy", condition: .when(traits: ["Snappy"])),
        .target(name: "CZstd", condition: .when(traits: ["Zstd"])),
      ],
      swiftSettings: strict),
    .target(name: "VarveProtocol", dependencies: ["VarveBase"], swiftSettings: strict),
    .target(
      name: "VarveSecurity", dependencies: ["VarveBase", "COpenSSL"], swiftSettings: strict),
    .target(
      name: "VarveClient",
      dependencies: [
        "VarveProtocol", .target(name: "VarveSecurity", condition: .when(traits: ["Serve"])),
      ],
      swiftSettings: strict),
    .target(
      name: "VarveCoordination", dependencies: ["VarveLog", "VarveProtocol"],
      swiftSettings: strict),
    .target(name: "VarveBroker", dependencies: ["VarveCoordination"], swiftSettings: strict),
    .target(
      name: "VarveServer", dependencies: ["VarveBroker", "VarveSecurity", "CEvent"],
      swiftSettings: strict),
    .target(
      name: "Varve",
      dependencies: [
        "VarveBroker", "VarveClient",
        .target(name: "VarveServer", condition: .when(traits: ["Serve"])),
      ],
      swiftSettings: strict),
    .target(name: "VarveQueues", dependencies: ["Varve"], swiftSettings: strict),
    .target(
      name: "VarveQueuesSQLite",
      dependencies: [
        "VarveQueues", .target(name: "CSQLite", condition: .when(traits: ["SQLite"])),
      ],
      swiftSettings: strict),
    .target(
      name: "VarveQueuesRedis",
      dependencies: [
        "VarveQueues", .target(name: "CHiredis", condition: .when(traits: ["Redis"])),
      ],
      swiftSettings: strict),
    .target(
      name: "VarveQueuesPostgreSQL",
      dependencies: [
        "VarveQueues", .target(name: "CPostgreSQL", condition: .when(traits: ["PostgreSQL"])),
      ],
      swiftSettings: strict),
    .target(name: "VarveTestKit", dependencies: ["Varve"], swiftSettings: strict),
    .executableTarget(
      name: "VarveCommand", dependencies: ["Varve", "VarveQueues"], swiftSettings: relaxed),
    .executableTarget(
      name: "VarveBenchmarks",
      dependencies: [
        "Varve", "VarveQueues", "CBenchmarks",
        .target(name: "CRdKafka", condition: .when(traits: ["Peers"])),
        .target(name: "CLMDB", condition: .when(traits: ["Peers"])),
        .target(name: "CSQLite", condition: .when(traits: ["Peers"])),
        .target(name: "CHiredis", condition: .when(traits: ["Peers"])),
        .target(name: "CRabbitMQ", condition: .when(traits: ["Peers"])),
      ],
      path: "Benchmarks", exclude: ["Demo", "Native"], swiftSettings: relaxed),
    .target(
      name: "CBenchmarks", dependencies: ["CVarve"], path: "Benchmarks/Native",
      cSettings: [.unsafeFlags(["-O3"], .when(configuration: .release))]),

    .systemLibrary(name: "CSpawn", path: "Tests/CSpawn"),
    .target(
      name: "VarveTestSupport", dependencies: ["VarveTestKit", "CSpawn"],
      path: "Tests/VarveTestSupport",
      swiftSettings: relaxed),
    .testTarget(
      name: "VarveBaseTests", dependencies: ["VarveTestSupport"], swiftSettings: relaxed),
    .testTarget(
      name: "VarveLogTests", dependencies: ["VarveTestSupport"], exclude: ["Golden"],
      swiftSettings: relaxed),
    .testTarget(
      name: "VarveProtocolTests", dependencies: ["VarveTestSupport"], swiftSettings: relaxed),
    .testTarget(
      name: "VarveCoordinationTests", dependencies: ["VarveTestSupport"], swiftSettings: relaxed),
    .testTarget(
      name: "VarveBrokerTests", dependencies: ["VarveTestSupport"], swiftSettings: relaxed),
    .testTarget(
      name: "VarveServerTests",
      dependencies: ["VarveTestSupport", "VarveServer", "VarveSecurity", "COpenSSL"],
      swiftSettings: relaxed),
    .testTarget(
      name: "VarveTests", dependencies: ["VarveTestSupport", "VarveServer"],
      swiftSettings: relaxed),
    .testTarget(
      name: "VarveQueuesTests", dependencies: ["VarveTestSupport", "VarveQueues"],
      swiftSettings: relaxed),
    .testTarget(
      name: "VarveQueuesAdapterTests",
      dependencies: [
        "VarveTestSupport", "VarveQueuesSQLite", "VarveQueuesRedis", "VarveQueuesPostgreSQL",
      ],
      swiftSettings: relaxed),
    .testTarget(
      name: "VarveClientTests", dependencies: ["VarveTestSupport", "VarveClient", "VarveSecurity"],
      swiftSettings: relaxed),
    .testTarget(
      name: "VarveCommandTests", dependencies: ["VarveTestSupport", "VarveCommand"],
      exclude: ["Clients"], resources: [.copy("Transcripts")], swiftSettings: relaxed),
    .testTarget(
      name: "VarveCrashTests", dependencies: ["VarveTestSupport", "VarveCrashWriter"],
      swiftSettings: relaxed),
    .executableTarget(
      name: "VarveCrashWriter", dependencies: ["VarveTestKit"], path: "Tests/VarveCrashWriter",
      swiftSettings: relaxed),
    .testTarget(
      name: "VarveBenchmarkTests", dependencies: ["VarveBenchmarks", "VarveTestKit"],
      swiftSettings: relaxed),
    .testTarget(name: "VarveTestKitTests", dependencies: ["VarveTestKit"], swiftSettings: relaxed),
    .testTarget(name: "VarveTidyTests", swiftSettings: relaxed),
  ],
  swiftLanguageModes: [.v6]
)
