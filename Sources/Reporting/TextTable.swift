/// Text in aligned columns.
package struct TextTable {
  package enum Column {
    case left(String)
    case right(String)
  }

  private let columns: [Column]
  private var rows: [[String]]

  package init(_ columns: [Column]) {
    self.columns = columns
    rows = [
      columns.map { column in
        switch column {
        case .left(let title), .right(let title): title
        }
      }
    ]
  }

  package mutating func add(_ cells: [String]) {
    precondition(cells.count == columns.count, "a cell for each column")
    rows.append(cells)
  }

  /// Each row a line, the titles first, indented by two.
  package var text: String {
    let widths = columns.indices.map { column in rows.map { $0[column].count }.max()! }
    return rows.map { row in
      let cells = zip(zip(columns, widths), row).map { format, cell in
        let space = String(repeating: " ", count: format.1 - cell.count)
        return if case .left = format.0 { cell + space } else { space + cell }
      }
      return ("  " + cells.joined(separator: "  ")).replacing(/\s+$/, with: "")
    }.joined(separator: "\n")
  }
}
