import DatasetFetch
import Foundation
import Reporting
import TestSupport
import Testing

/// Archives made by Python's zipfile (make_archives.py), good and evil, fetched by their file addresses.
@Suite struct ArchiveFetchTests {
  private let place: TemporaryFolder
  private static let archives = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Fixtures/archives").path

  init() throws { place = try TemporaryFolder() }

  private func fetch(_ archive: String, from folder: String = archives, largest: Int = 1 << 16) throws(FetchError) {
    let set = PublishedDataSet(
      name: "facades", title: "Facades", licence: "none", page: "none",
      files: [
        RemoteFile(
          archive, in: "http://127.0.0.1:1/",
          members: ArchiveMembers(suffix: ".jpg", largest: largest))
      ])
    try DataFetch(
      set, folder: place.path + "/facades", mirror: "file://" + folder, pauses: [], console: nil
    ).run()
  }

  private let unpacked = ["SHA256SUMS", "cmp_b0001.jpg", "cmp_b0002.jpg"]

  @Test func photographsAreUnpackedWithoutTheirFolders() throws {
    try fetch("good.zip")
    #expect(try place.names("facades") == unpacked)
    for number in [1, 2] {
      #expect(
        try place.text("facades/cmp_b000\(number).jpg") == String(repeating: "picture \(number)\n", count: 1000))
    }
  }

  /// Asked for again, nothing is fetched while all is there: the address has gone.
  @Test func whatIsThereIsNotFetchedAgain() throws {
    try FileManager.default.copyItem(atPath: Self.archives + "/good.zip", toPath: place.path + "/good.zip")
    try fetch("good.zip", from: place.path)
    try FileManager.default.removeItem(atPath: place.path + "/good.zip")
    try fetch("good.zip", from: place.path)
    #expect(try place.names("facades") == unpacked)

    try place.write("damaged", "facades/cmp_b0002.jpg")
    #expect(throws: FetchError.self) { try fetch("good.zip", from: place.path) }
    try fetch("good.zip")
    #expect(try place.text("facades/cmp_b0002.jpg").hasPrefix("picture 2\n"))
  }

  struct Evil: CustomTestStringConvertible {
    let name: String
    let reason: String
    var testDescription: String { name }
  }

  private static let evil = [
    Evil(name: "parent.zip", reason: "leads out of the folder"),
    Evil(name: "absolute.zip", reason: "leads out of the folder"),
    Evil(name: "backslash.zip", reason: "leads out of the folder"),
    Evil(name: "pattern.zip", reason: "strange characters"), Evil(name: "option.zip", reason: "strange characters"),
    Evil(name: "twice.zip", reason: "two members named cmp_b0001.jpg"),
    Evil(name: "empty.zip", reason: "no file ending in .jpg"),
    Evil(name: "large.zip", reason: "larger than 65536 bytes"),
    Evil(name: "damaged.zip", reason: "invalid compressed data"),
    Evil(name: "cut.zip", reason: "unzip cannot read it"),
  ]

  @Test(arguments: evil)
  func anEvilArchiveIsRefused(evil: Evil) throws {
    let error = #expect(throws: FetchError.self) { try fetch(evil.name) }
    #expect(error?.code == .badData && error?.message.contains(evil.reason) == true, "\(error?.message ?? "")")
    #expect(try place.names("facades") == [], "nothing of it is kept")
    #expect(try place.names("") == ["facades"])
    #expect(!FileManager.default.fileExists(atPath: "/tmp/evil.jpg"))
  }

  /// A link becomes a file that holds its target's name, and leads nowhere.
  @Test func aLinkIsNotMade() throws {
    try fetch("link.zip")
    let attributes = try FileManager.default.attributesOfItem(atPath: place.path + "/facades/link.jpg")
    #expect(attributes[.type] as? FileAttributeType == .typeRegular)
    #expect(try place.text("facades/link.jpg") == "/etc/passwd")
  }
}
