/// Files, functions and lines that fit into a head and onto a screen.
enum Sizes {
  static let fileLinesMax = 400
  static let testFileLinesMax = 600
  static let functionLinesMax = 50
  static let columnsMax = 100

  static let files = Rule { file in
    let limit = file.isTest ? testFileLinesMax : fileLinesMax
    let count = file.lines.count - (file.lines.last?.isEmpty == true ? 1 : 0)
    guard count > limit else { return [] }
    return [Finding(path: file.path, line: limit + 1, message: "\(count) lines; at most \(limit)")]
  }

  static let columns = Rule { file in
    file.lines.enumerated().compactMap { index, line in
      guard line.count > columnsMax else { return nil }
      return Finding(
        path: file.path, line: index + 1, message: "\(line.count) columns; at most \(columnsMax)")
    }
  }

  static let functions = Rule { file in
    guard file.isSwift else { return [] }
    return Functions(file.codeText).spans.compactMap { lines in
      guard lines.count > functionLinesMax else { return nil }
      return Finding(
        path: file.path, line: lines.lowerBound,
        message: "a function of \(lines.count) lines; at most \(functionLinesMax)")
    }
  }
}
