/// Where memory safety and thread safety are argued by people, not by the compiler.
enum Fences {
  /// The files that may touch memory through pointers, and what for. Each is small, and each
  /// pointer use is proved by the guard above it. A new file comes in here only where a span
  /// cannot do its work.
  static let pointerFiles: [String: String] = [
    // Bytes that are mapped or owned, and what reads integers from them.
    "Sources/VarveBase/BigEndian.swift": "one unaligned load behind a bounds check",
    "Sources/VarveBase/ByteSlice.swift": "memory lent by an owner",
    "Sources/VarveBase/FileMapping.swift": "mapped files",
    "Sources/VarveBase/LentBytes.swift": "text and arrays lent as bytes",
    "Sources/VarveBase/Varint.swift": "loads behind one bounds check per number",
    // System calls and C.
    "Sources/VarveBase/CRC32C.swift": "C",
    "Sources/VarveBase/FileDescriptor.swift": "system calls",
    "Sources/VarveBase/LocalFile.swift": "system calls",
    "Sources/VarveBase/LocalFileSystem.swift": "system calls",
    "Sources/VarveBase/StreamSocket.swift": "system calls",
    "Sources/VarveBase/SystemCall.swift": "system calls",
    "Sources/VarveBase/SystemThread.swift": "a thread",
    "Sources/VarveBase/WakePipe.swift": "system calls",
    "Sources/VarveBase/SystemTime.swift": "system calls",
    "Sources/VarveClient/ClientChannel.swift": "what a connection is read into",
    "Sources/VarveClient/ClientTLS.swift": "what OpenSSL encrypts from and decrypts into",
    "Sources/VarveClient/ClientSocket.swift": "system calls",
    "Sources/VarveClient/ClientSocket+Connecting.swift": "system calls",
    "Sources/VarveClient/FrameAssembly.swift": "what a socket is read into",
    "Sources/VarveClient/ReadyDescriptors.swift": "system calls",
    "Sources/VarveQueuesPostgreSQL/PostgreSQLConnection.swift": "libpq",
    "Sources/VarveQueuesRedis/RedisConnection.swift": "hiredis",
    "Sources/VarveQueuesSQLite/SQLiteConnection.swift": "SQLite",
    "Sources/VarveServer/Loop/EventBase.swift": "libevent",
    "Sources/VarveServer/Network/AddressLookup.swift": "system calls",
    "Sources/VarveServer/Network/ReadBuffer.swift": "what a socket is read into",
    "Sources/VarveServer/Network/Socket.swift": "system calls",
    "Sources/VarveServer/Security/TLSChannel.swift": "what OpenSSL decrypts into",
    "Sources/VarveSecurity/HashFunction.swift": "OpenSSL",
    "Sources/VarveSecurity/Signatures/SignatureKey.swift": "OpenSSL",
    "Sources/VarveSecurity/TLS/TLSContext.swift": "OpenSSL",
    "Sources/VarveSecurity/TLS/TLSError.swift": "OpenSSL",
    "Sources/VarveSecurity/TLS/TLSSession.swift": "OpenSSL",
    "Sources/VarveServer/Connections/PartialFrame.swift": "a frame's bytes as they arrive",
    "Sources/VarveTestKit/Disk/FileMemory.swift": "the memory of simulated files",
    "Sources/VarveTestKit/Disk/Page.swift": "pages compared and copied as C does",
    "Sources/VarveTestKit/Disk/SimulatedFileContents.swift": "the address of a simulated mapping",
    "Sources/VarveTestKit/TemporaryDirectory.swift": "system calls",
    "Sources/VarveTestKit/TestShare.swift": "the environment",
    // Record batches, where each nanosecond is paid once per record.
    "Sources/VarveLog/Records/GrowingBytes.swift": "the builder's memory",
    "Sources/VarveLog/Records/RecordBatchHeader+Writing.swift": "header stored into a mapping",
    "Sources/VarveLog/Records/ShortRecord.swift": "a record stored into the builder's memory",
    "Sources/Varve/Producer/SendContinuation.swift": "a continuation that is resumed once",
    "Sources/VarveLog/Records/Compression/Gzip.swift": "zlib",
    "Sources/VarveLog/Records/Compression/LZ4.swift": "liblz4",
    "Sources/VarveLog/Records/Compression/Snappy.swift": "libsnappy",
    "Sources/VarveLog/Records/Compression/Zstd.swift": "libzstd",
    "Sources/VarveProtocol/Wire/WireReader.swift": "loads behind one bounds check per field",
    "Sources/VarveProtocol/Wire/WireWriter.swift": "the writer's memory",
  ]

  static let pointers = Rule { file in
    guard file.isLibrary, pointerFiles[file.path] == nil, let line = firstPointer(in: file) else {
      return []
    }
    return [
      Finding(
        path: file.path, line: line, message: "pointers stay in the files of Fences.pointerFiles")
    ]
  }

  /// The first line, from 1, that touches memory through a pointer.
  static func firstPointer(in file: SourceFile) -> Int? {
    guard file.isSwift else { return nil }
    let pattern = /\bunsafe\b|\bUnsafe\w*Pointer\b/
    return file.code.firstIndex { $0.contains(pattern) }.map { $0 + 1 }
  }

  /// How far a `Safety:` comment may be from what it argues for.
  static let safetyLines = 6

  static let safety = Rule { file in
    guard file.isSwift else { return [] }
    return file.code.indices.compactMap { index in
      guard file.code[index].contains(/@unchecked\s+Sendable/) else { return nil }
      let near = max(0, index - safetyLines)...min(file.lines.count - 1, index + safetyLines)
      guard !file.lines[near].contains(where: { $0.contains(/\/\/ Safety: \w/) }) else {
        return nil
      }
      return Finding(
        path: file.path, line: index + 1,
        message: "@unchecked Sendable without a `// Safety:` comment that says why it holds")
    }
  }
}
