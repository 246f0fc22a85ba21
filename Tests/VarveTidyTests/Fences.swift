/// Where memory safety and thread safety are argued by people, not by the compiler.
enum Fences {
  /// The files that may touch memory through pointers, and what for. Each is small, and each
  /// pointer use is proved by the guard above it. A new file comes in here only where a span
  /// cannot do its work.
  static let pointerFiles: [String: String] = [
    "Sources/VarveBase/BigEndian.swift": "one unaligned load behind a bounds check",
    "Sources/VarveBase/ByteSlice.swift": "memory lent by an owner",
    "Sources/VarveBase/FileMapping.swift": "mapped files",
    "Sources/VarveBase/FileDescriptor.swift": "system calls",
    "Sources/VarveBase/LocalFile.swift": "system calls",
    "Sources/VarveBase/LocalFileSystem.swift": "system calls",
    "Sources/VarveBase/SystemCall.swift": "system calls",
    "Sources/VarveBase/SystemTime.swift": "system calls",
    "Sources/VarveProtocol/Wire/WireReader.swift": "strings made of a span's bytes",
    "Sources/VarveProtocol/Wire/WireWriter.swift": "memory of exactly a message's size",
    "Sources/VarveTestKit/TemporaryDirectory.swift": "system calls",
  ]

  static let pointers = Rule { file in
    guard file.isSwift, file.isLibrary, pointerFiles[file.path] == nil else { return [] }
    return file.code.enumerated().compactMap { index, code in
      guard code.contains(/\bunsafe\b|\bUnsafe\w*Pointer\b/) else { return nil }
      return Finding(
        path: file.path, line: index + 1,
        message: "pointers stay in the files of Fences.pointerFiles")
    }
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
