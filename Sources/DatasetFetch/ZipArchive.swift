import Files
import Foundation

/// A zip archive, unpacked by the program unzip, which writes only to a pipe.
///
/// The names of files are made here, from the last component of a member's path, so that no archive, and no
/// program's own idea of a path or a link can put anything outside the folder.
struct ZipArchive {
  private let path: String
  private let name: String
  private let unzip: ExternalProgram

  init(path: String) throws(FetchError) {
    self.path = path
    name = String(path.split(separator: "/").last ?? "")
    unzip = try ExternalProgram("unzip")
  }

  /// A file in the archive.
  struct Member: Hashable {
    /// With the folders it is in.
    let path: String
    /// Its last component.
    package let name: String
  }

  /// The members that are wanted, in the archive's order.
  ///
  /// - Throws: also if a member's path leads out of the folder, or two wanted members have the same name.
  func members(_ wanted: ArchiveMembers) throws(FetchError) -> [Member] {
    var listing: [UInt8] = []
    try run(["-Z1", path]) { listing += $0 }
    var members: [Member] = []
    var names: Set<String> = []
    for path in String(decoding: listing, as: UTF8.self).split(separator: "\n").map(String.init) {
      let parts = path.split(separator: "/", omittingEmptySubsequences: false)
      guard !path.hasPrefix("/"), !parts.contains(".."), !path.contains("\\") else {
        throw .badArchive(name: name, reason: "a member's path, \(path.debugDescription), leads out of the folder")
      }
      guard let last = parts.last.map(String.init), last.hasSuffix(wanted.suffix), !last.hasPrefix(".") else {
        continue
      }
      // No published file has a name that unzip could read as a pattern or an option.
      guard path.utf8.allSatisfy(Self.isPlain), !path.hasPrefix("-") else {
        throw .badArchive(name: name, reason: "a member's path, \(path.debugDescription), has strange characters")
      }
      guard names.insert(last).inserted else {
        throw .badArchive(name: name, reason: "it has two members named \(last)")
      }
      members.append(Member(path: path, name: last))
    }
    guard !members.isEmpty else { throw .badArchive(name: name, reason: "it holds no file ending in \(wanted.suffix)") }
    return members
  }

  /// Writes `member` to the file `target`, atomically.
  ///
  /// - Returns: its SHA-256.
  func unpack(_ member: Member, to target: String, atMost largest: Int) throws(FetchError) -> String {
    do {
      var file = try AtomicFile(replacing: target)
      var hash = SHA256()
      var size = 0
      try run(["-p", path, member.path]) { piece in
        guard size + piece.count <= largest else {
          throw FetchError.badArchive(name: name, reason: "\(member.path) is larger than \(largest) bytes")
        }
        try file.write(piece, at: size)
        hash.update(piece)
        size += piece.count
      }
      try file.commit()
      return hash.finish().hex
    } catch let error as FileError {
      throw .file(error)
    } catch let error as FetchError {
      throw error
    } catch {
      throw .programFailed("unzip", "\(error)")
    }
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "._-/ ".utf8.contains(byte)
    }
  }

  private func run(_ arguments: [String], take: (UnsafeRawBufferPointer) throws -> Void) throws(FetchError) {
    do {
      let outcome = try unzip.run(arguments, take: take)
      guard outcome.status == 0 else {
        let reason = outcome.errors.split(separator: "\n").first.map { ": \($0)" } ?? ""
        throw FetchError.badArchive(name: name, reason: "unzip cannot read it (\(outcome.status))\(reason)")
      }
    } catch let error as FetchError {
      throw error
    } catch let error as FileError {
      throw .file(error)
    } catch {
      throw .programFailed("unzip", "\(error)")
    }
  }
}
