/// The content of a file by its first bytes, for messages about files that are not what their names say.
package enum FileContent: Hashable, Sendable {
  case empty
  case format(FileFormat)
  /// UTF-8 text of no known format: its first line, shortened.
  case text(String)
  /// Content of no known format: its first bytes.
  case bytes([UInt8])

  /// The bytes of a file that are looked at.
  package static let prefixLength = 1024

  /// - Parameter bytes: the beginning of a file, or all of it.
  package init(_ bytes: [UInt8]) {
    let start = Array(bytes.prefix(Self.prefixLength))
    if start.isEmpty {
      self = .empty
    } else if let format = FileFormat.recognized(in: start) {
      self = .format(format)
    } else if let text = Self.text(start, isCut: bytes.count > start.count || start.count == Self.prefixLength) {
      self = .text(String(text.drop { $0.isWhitespace }.prefix { !$0.isNewline }.prefix(40)))
    } else {
      self = .bytes(Array(start.prefix(8)))
    }
  }

  /// - Throws: as `RegularFile`, which waits for no pipe.
  package init(path: String) throws(FileError) {
    let file = try RegularFile(path: path)
    self.init(try file.bytes(at: 0, count: min(file.size, Self.prefixLength)))
  }

  /// The format, if it is known.
  package var format: FileFormat? {
    if case .format(let format) = self { format } else { nil }
  }

  /// Whether it is certain that the file is none of `format`: it is another format, or text.
  package func excludes(_ format: FileFormat) -> Bool {
    switch self {
    case .format(let found): found != format
    case .text: true
    case .empty, .bytes: false
    }
  }

  /// What to do if it is found in place of another file, as a clause; nil for nothing special.
  package var advice: String? { format?.advice }

  /// - Parameter isCut: whether the last character may be incomplete.
  private static func text(_ bytes: [UInt8], isCut: Bool) -> String? {
    for dropped in 0...(isCut ? 3 : 0) {
      guard let text = String(validating: bytes.dropLast(dropped), as: UTF8.self) else { continue }
      let isText = text.unicodeScalars.allSatisfy {
        $0.value >= 32 && $0.value != 127 || ["\t", "\n", "\r", "\u{C}"].contains($0)
      }
      return isText ? text : nil
    }
    return nil
  }
}

extension FileContent: CustomStringConvertible {
  package var description: String {
    switch self {
    case .empty: "an empty file"
    case .format(let format): format.rawValue
    case .text(let beginning): "text that begins with \(beginning.debugDescription)"
    case .bytes(let bytes): "content that begins with bytes \(bytes.hexadecimal(separator: " "))"
    }
  }
}
