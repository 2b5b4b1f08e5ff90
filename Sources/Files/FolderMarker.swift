import Glibc

/// The hidden file `.disttrain` in a folder: the entries of the folder that disttrain has written, so that no run trains
/// on them.
///
/// Its text is a remark, an empty line, and a name per line. Without a name it stands for the whole folder.
package enum FolderMarker: Equatable, Sendable {
  case wholeFolder
  /// Names in the folder, as bytes.
  case entries(Set<[UInt8]>)

  package static let name = ".disttrain"
  /// A larger file is not one that disttrain wrote.
  private static let largest = 1 << 28
  private static let remark =
    "disttrain wrote this folder, or the files below; training leaves them out (data.folders).\n"

  /// The marker at `path`, which ends with NUL and exists. One that cannot be read stands for the whole folder.
  package init(path: [CChar]) {
    do throws(FileError) {
      let file = try RegularFile(bytes: path)
      self = file.size > Self.largest ? .wholeFolder : Self(text: try file.contents())
    } catch {
      self = .wholeFolder
    }
  }

  /// The marker of `folder`; nil if it has none.
  package init?(in folder: String) {
    let path = "\(folder)/\(Self.name)"
    guard access(path, F_OK) == 0 else { return nil }
    self.init(path: path.utf8CString.map { $0 })
  }

  /// Whether disttrain has written the folder's file `name`.
  package func covers(_ name: String) -> Bool {
    switch self {
    case .wholeFolder: true
    case .entries(let names): names.contains(Array(name.utf8))
    }
  }

  /// A marker's text. All bytes are one: what names no entry stands for the whole folder.
  package init(text: [UInt8]) {
    let lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    let names = lines.drop { !$0.isEmpty }.filter { !$0.isEmpty }
    self = names.isEmpty ? .wholeFolder : .entries(Set(names.map(Array.init)))
  }

  /// What `init(text:)` reads.
  package var text: [UInt8] {
    let newline = UInt8(ascii: "\n")
    var text = Array(Self.remark.utf8)
    guard case .entries(let names) = self else { return text }
    text.append(newline)
    for name in names.sorted(by: { $0.lexicographicallyPrecedes($1) }) { text += name + [newline] }
    return text
  }

  /// Records that disttrain writes `names` in `folder`, which exists; earlier names stay.
  ///
  /// - Parameter claimingWhole: whether the folder counts as disttrain's if it has no other visible entries.
  package static func record(
    _ names: some Sequence<String>, in folder: String, claimingWhole: Bool
  ) throws(FileError) {
    let path = "\(folder)/\(name)"
    let old = FolderMarker(in: folder)
    guard old != .wholeFolder else { return }
    // A name with a newline, which could not be told from two, stays unmarked.
    var written = Set(names.map { Array($0.utf8) }.filter { !$0.contains(UInt8(ascii: "\n")) })
    if case .entries(let earlier)? = old { written.formUnion(earlier) }
    let visible = try Folder.names(in: folder).filter { !$0.hasPrefix(".") }
    let isOwn = claimingWhole && visible.allSatisfy { written.contains(Array($0.utf8)) }
    let new = isOwn ? FolderMarker.wholeFolder : .entries(written)
    guard new != old, isOwn || !written.isEmpty else { return }
    try AtomicFile.replace(path, with: new.text)
  }
}
