/// Text in columns, numbers to the right.
struct Table {
  private let header: [String]
  private var rows: [[String]] = []
  /// The columns that are set to the right.
  private let rightColumns: Set<Int>

  /// - Parameter columns: their heads; one that begins with `>` holds numbers.
  init(_ columns: String...) {
    header = columns.map { $0.hasPrefix(">") ? String($0.dropFirst()) : $0 }
    rightColumns = Set(columns.indices.filter { columns[$0].hasPrefix(">") })
  }

  mutating func add(_ cells: String...) { rows.append(cells) }

  var text: String {
    let all = [header] + rows
    let widths = header.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
    return all.map { row in
      let cells = row.indices.map { column in
        rightColumns.contains(column)
          ? String(repeating: " ", count: widths[column] - row[column].count) + row[column]
          : padded(row[column], widths[column])
      }
      var line = cells.joined(separator: "  ")[...]
      while line.last == " " { line.removeLast() }
      return line + "\n"
    }.joined()
  }
}

/// The text with blanks after it, up to a width.
func padded(_ text: String, _ width: Int) -> String {
  text + String(repeating: " ", count: max(0, width - text.count))
}

/// A number with its noun: `1 batch`, `2 batches`.
func counted(_ count: Int, _ one: String, _ many: String? = nil) -> String {
  "\(count) \(count == 1 ? one : many ?? one + "s")"
}
