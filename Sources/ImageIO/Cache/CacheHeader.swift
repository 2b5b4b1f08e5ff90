/// The beginning of a cache's file: what it holds, for people and for `CacheFolder`. Images are read without it.
package struct CacheHeader: Equatable, Sendable {
  static let byteCount = 4096
  private static let title = "disttrain cache of decoded images 3"

  /// Images that there is a record for.
  package let images: Int
  /// Bytes of a record.
  package let recordCount: Int
  /// Path of the folder or file that the images come from.
  package let origin: String

  init(images: Int, recordCount: Int, origin: String) {
    self.images = images
    self.recordCount = recordCount
    // A path has fewer bytes than there are.
    self.origin = String(origin.escapingControls().prefix(900))
  }

  /// nil for another version's file.
  init?(_ bytes: [UInt8]) {
    let lines = bytes.prefix { $0 != 0 }.split(separator: UInt8(ascii: "\n")).map {
      String(decoding: $0, as: UTF8.self)
    }
    guard lines.count >= 4, lines[0] == Self.title, let images = Self.number("images", lines[1]),
      let recordCount = Self.number("bytes each", lines[2]), lines[3].hasPrefix("from ")
    else { return nil }
    self.init(images: images, recordCount: recordCount, origin: String(lines[3].dropFirst(5)))
  }

  /// `byteCount` bytes.
  var bytes: [UInt8] {
    let text = Array("\(Self.title)\nimages \(images)\nbytes each \(recordCount)\nfrom \(origin)\n".utf8)
    return text + [UInt8](repeating: 0, count: Self.byteCount - text.count)
  }

  /// Bytes of a file with all images; nil if no file can have them.
  var fileSize: Int? {
    let (records, overflow) = images.multipliedReportingOverflow(by: recordCount)
    return overflow || records > Int.max - Self.byteCount ? nil : Self.byteCount + records
  }

  private static func number(_ name: String, _ line: String) -> Int? {
    line.hasPrefix(name + " ") ? Int(line.dropFirst(name.count + 1)) : nil
  }
}
