import Files

/// What an IDX file is read for, by its number of dimensions: 3 are images, 1 are labels.
struct IDXKind {
  let dimensions: Int

  /// The error that a file with these first bytes, decompressed, is another one.
  func refusal(of bytes: [UInt8], _ wasCompressed: Bool, _ path: String) -> ImageError {
    let content = FileContent(bytes)
    let expected = "an IDX file of \(title) (magic number 0x80\(dimensions))"
    if content == .format(.idx) {
      return .unexpectedContent(path: path, found: Self.found(bytes), expected: expected)
    }
    let other = ImageError.other(path: path, content, expected: expected)
    guard wasCompressed, case .unexpectedContent(_, let found, let expected) = other else { return other }
    return .unexpectedContent(path: path, found: "gzip data of \(found)", expected: expected)
  }

  private var title: String { Self.title(dimensions) ?? "\(dimensions) dimensions" }

  private static func title(_ dimensions: Int) -> String? { [1: "labels", 3: "images"][dimensions] }

  /// - Parameter bytes: begin with a magic number: two zeros, the type, the number of dimensions.
  private static func found(_ bytes: [UInt8]) -> String {
    let (type, dimensions) = (bytes[2], Int(bytes[3]))
    let number = "magic number 0x" + String(Int(type) << 8 | dimensions, radix: 16)
    if type == 8, let title = title(dimensions) { return "\(title) (\(number))" }
    let types: [UInt8: String] = [
      8: "unsigned bytes", 9: "signed bytes", 11: "16-bit numbers", 12: "32-bit numbers", 13: "floats", 14: "doubles",
    ]
    return "an IDX file of \(types[type]!) in \(quantity(dimensions, "dimension")) (\(number))"
  }
}
