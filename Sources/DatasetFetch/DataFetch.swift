import Files
import Foundation
import Reporting

/// `disttrain data fetch NAME`: downloads a published data set into a folder; complete files are kept.
package struct DataFetch {
  private let set: PublishedDataSet
  private let folder: String
  private let files: [RemoteFile]
  private let pauses: [Double]
  private let console: Console?

  /// - Parameters:
  ///   - folder: created if it is missing; nil for `data/<name>`.
  ///   - mirror: another server's address, below which the same files are.
  ///   - only: names of the files that are wanted; none for all that are not optional.
  ///   - pauses: seconds to wait after an attempt that brought nothing.
  ///   - console: nil for silence.
  package init(
    _ set: PublishedDataSet, folder: String? = nil, mirror: String? = nil, only: [String] = [],
    pauses: [Double] = [1, 2, 4, 8], console: Console? = Console(isSpeaking: true)
  ) throws(FetchError) {
    for name in only where !set.files.contains(where: { $0.name == name }) {
      throw .unknownFile(name, set: set.name, known: set.files.map(\.name))
    }
    if let mirror, !["https://", "http://", "file://"].contains(where: mirror.hasPrefix) { throw .badAddress(mirror) }
    let wanted = set.files.filter { only.isEmpty ? !$0.isOptional : only.contains($0.name) }
    files = mirror.map { mirror in wanted.map { $0.from(mirror) } } ?? wanted
    self.set = set
    self.folder = folder.map(expandingHome) ?? "data/\(set.name)"
    self.pauses = pauses
    self.console = console
  }

  package func run() throws(FetchError) {
    for line in ["\(set.name): \(set.title)", "licence: \(set.licence)", "page: \(set.page)", "folder: \(folder)"] {
      console?.say(line)
    }
    do throws(FileError) { try Folder.create(folder) } catch {
      // The folder that was asked for is named, whichever part of its path is a file.
      guard case .notAFolder = error else { throw .file(error) }
      throw .file(.system(operation: "create the folder", path: folder, code: ENOTDIR))
    }
    var record = try FetchRecord(in: folder)
    for file in files { try fetch(file, &record) }
    console?.say("\(folder) is complete; its files' checksums are in \(record.path)")
  }

  private func fetch(_ file: RemoteFile, _ record: inout FetchRecord) throws(FetchError) {
    if try isHere(file, record) {
      console?.say("\(file.name): is here already")
      return
    }
    let size = file.size.map { ", \(Download.spoken(bytes: $0))" } ?? ""
    let checksum = file.sha256.map { "SHA-256 \($0)" } ?? "no checksum is published: the first copy is trusted"
    console?.say("\(file.address)\(size), \(checksum)")
    let first = record[file.name].map { Download.Checksum.first($0.sha256, record: record.path) }
    let target = path(file.name)
    let found = try Download(
      file: file, target: target, expected: file.sha256.map { .published($0) } ?? first, pauses: pauses,
      console: console
    ).run()
    console?.say("\(file.name): fetched, SHA-256 \(found)\(file.sha256 == nil ? "" : " as published")")
    var files = [FetchRecord.File(name: file.name, sha256: found)]
    if let members = file.members {
      // A bad archive would fail at the next start, too.
      defer { unlink(target) }
      files = try unpack(target, members)
    }
    try record.write(FetchRecord.Entry(name: file.name, address: file.address, sha256: found, files: files))
  }

  private func unpack(_ archive: String, _ wanted: ArchiveMembers) throws(FetchError) -> [FetchRecord.File] {
    let zip = try ZipArchive(path: archive)
    let members = try zip.members(wanted)
    let progress = console?.countProgress("unpacking", of: members.count)
    defer { progress?.end() }
    var files: [FetchRecord.File] = []
    for member in members {
      let hash = try zip.unpack(member, to: path(member.name), atMost: wanted.largest)
      files.append(FetchRecord.File(name: member.name, sha256: hash))
      progress?.advance()
    }
    return files
  }

  /// Whether all files of `file` are complete, by checksums.
  ///
  /// - Throws: if another file has its name, which is never overwritten.
  private func isHere(_ file: RemoteFile, _ record: FetchRecord) throws(FetchError) -> Bool {
    if file.members == nil, let expected = file.sha256 ?? record[file.name]?.sha256 {
      guard access(path(file.name), F_OK) == 0 else { return false }
      let found = try hash(file.name)
      guard found == expected else { throw .otherFile(path: path(file.name), found: found, expected: expected) }
      return true
    }
    guard let entry = record[file.name], file.sha256 == nil || file.sha256 == entry.sha256 else { return false }
    for file in entry.files {
      guard !file.name.contains("/"), access(path(file.name), F_OK) == 0, try hash(file.name) == file.sha256 else {
        return false
      }
    }
    return !entry.files.isEmpty
  }

  private func hash(_ name: String) throws(FetchError) -> String {
    do throws(FileError) { return try SHA256.digest(ofFile: path(name)).hex } catch { throw .file(error) }
  }

  private func path(_ name: String) -> String { "\(folder)/\(name)" }
}
