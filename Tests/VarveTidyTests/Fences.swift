/// Where memory safety and thread safety are argued by people, not by the compiler.
enum Fences {
  /// The files that may touch memory through pointers. Each is small, each pointer use is proved
  /// by the guard above it. A new file comes in here only where a span cannot do its work.
  static let pointerFiles: Set<String> = [
    "Sources/VarveBase/BigEndian.swift",
    "Sources/VarveBase/ByteSlice.swift",
    "Sources/VarveBase/FileMapping.swift",
    "Sources/VarveBase/SystemTime.swift",
  ]

  static let pointers = Rule { file in
    guard file.isSwift, file.isLibrary, !pointerFiles.contains(file.path) else { return [] }
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
