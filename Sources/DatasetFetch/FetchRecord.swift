import Files
import Foundation

/// `SHA256SUMS` in a folder of fetched files: the published files, their addresses, and every file's checksum.
///
/// `sha256sum --check SHA256SUMS` verifies the folder; a comment before each group of files names their source.
struct FetchRecord {
  package static let name = "SHA256SUMS"

  /// The files made from one published file.
  struct Entry: Equatable {
    /// The published file's name.
    package let name: String
    let address: String
    /// The published file's SHA-256.
    let sha256: String
    /// The files in the folder: itself, or the unpacked ones.
    let files: [File]
  }

  struct File: Equatable {
    package let name: String
    let sha256: String
  }

  let path: String
  private(set) var entries: [Entry]

  /// Reads the record of `folder`. Malformed entries are left out, so that their files count as not fetched.
  init(in folder: String) throws(FetchError) {
    path = "\(folder)/\(Self.name)"
    do throws(FileError) {
      let text = String(decoding: try contents(ofFile: path) ?? [], as: UTF8.self)
      entries = Self.entries(in: text)
    } catch {
      throw .file(error)
    }
  }

  subscript(name: String) -> Entry? { entries.first { $0.name == name } }

  mutating func write(_ entry: Entry) throws(FetchError) {
    entries.removeAll { $0.name == entry.name }
    entries.append(entry)
    let text = entries.map { entry in
      "\(Self.mark)\(entry.sha256) \(entry.name) \(entry.address)\n"
        + entry.files.map { "\($0.sha256)  \($0.name)\n" }.joined()
    }.joined()
    do throws(FileError) { try AtomicFile.replace(path, with: text) } catch { throw .file(error) }
  }

  private static let mark = "# fetched "

  private static func entries(in text: String) -> [Entry] {
    var entries: [Entry] = []
    for line in text.split(whereSeparator: \.isNewline) {
      if line.hasPrefix(mark) {
        let parts = line.dropFirst(mark.count).split(separator: " ", maxSplits: 2).map(String.init)
        guard parts.count == 3, isHash(parts[0]) else { continue }
        entries.append(Entry(name: parts[1], address: parts[2], sha256: parts[0], files: []))
      } else if let last = entries.last {
        let parts = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true).map(String.init)
        guard parts.count == 2, isHash(parts[0]) else { continue }
        let file = File(name: parts[1].trimmingCharacters(in: .whitespaces), sha256: parts[0])
        entries[entries.count - 1] = Entry(
          name: last.name, address: last.address, sha256: last.sha256, files: last.files + [file])
      }
    }
    return entries
  }

  private static func isHash(_ text: String) -> Bool { text.utf8.count == 64 && text.allSatisfy(\.isHexDigit) }
}
