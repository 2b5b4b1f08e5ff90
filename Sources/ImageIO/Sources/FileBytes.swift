import Files

/// Reads whole regular files.
enum FileBytes {
  /// The bytes of the file at `path` (NUL-terminated). A pipe or device is refused before anything waits for it.
  static func read(_ path: [CChar]) throws(ImageError) -> [UInt8] {
    do throws(FileError) { return try RegularFile(bytes: path).contents() } catch { throw ImageError(error) }
  }

  static func read(_ path: String) throws(ImageError) -> [UInt8] {
    try read(path.utf8CString.map { $0 })
  }
}

extension ImageError {
  /// The same of a file of images, of which a user needs no error numbers.
  init(_ error: FileError) {
    switch error {
    case .missing(let path, let code): self = .unreadable(path: path, operation: "open", code: code)
    case .system("stat", let path, let code): self = .unreadable(path: path, operation: "examine", code: code)
    case .system(let operation, let path, let code):
      self = .unreadable(path: path, operation: operation, code: code)
    case .notAFile(let path, _): self = .notARegularFile(path: path)
    case .notAFolder(let path): self = .notAFolder(path: path)
    case .damaged(let path, let found, let expected), .unsuitable(let path, let found, let expected):
      self = .unexpectedContent(path: path, found: found, expected: expected)
    case .foreign(let path, let found, let expected, let advice):
      self = .unexpectedContent(path: path, found: found, expected: "\(expected); \(advice)")
    }
  }

  /// The error that `path` has this content instead of `expected`.
  static func other(path: String, _ content: FileContent, expected: String) -> ImageError {
    .unexpectedContent(
      path: path, found: content.description, expected: expected + (content.advice.map { "; \($0)" } ?? ""))
  }
}
