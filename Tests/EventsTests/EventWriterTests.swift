import Events
import Files
import Foundation
import Testing

@Suite struct EventWriterTests {
  private let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "disttrain-events-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  private func writer(host: String = "node", continuingFrom step: Int = 0) throws(FileError) -> EventWriter {
    try EventWriter(folder: folder.path, host: host, continuingFrom: step, clock: { 1_700_000_000.25 })
  }

  private static func scalar(_ tag: String, _ value: Double) -> EventWriter.Scalar {
    EventWriter.Scalar(tag: tag, value: value, description: "Of D.")
  }

  private static let fixture = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "Fixtures/events.tfevents")

  /// The file equals one made by TensorBoard's own messages and record writer (Fixtures/make_events.py).
  @Test func theBytesAreTensorBoards() throws {
    let events = try writer(continuingFrom: 200)
    let generator = EventWriter.Scalar(tag: "loss/generator", value: 0, description: "Of *G*: größer als 0.")
    try events.scalars([Self.scalar("loss/discriminator", 0.6931), generator], step: 250)
    let png = [UInt8]((0...2).flatMap { _ in UInt8.min...UInt8.max })
    try events.image("samples", png: png, width: 130, height: 66, channels: 3, step: 250)
    try events.image("grey", png: Array("PNG".utf8), width: 2, height: 1, channels: 1, step: 1 << 40)
    try events.text("networks", markdown: "# Schichten: größer", step: 0)
    // The descriptions are in the file already.
    try events.scalars([Self.scalar("loss/discriminator", 0.5), generator], step: 300)
    #expect(try Data(contentsOf: URL(filePath: events.path)) == Data(contentsOf: Self.fixture))
  }

  /// Written records are readable at once, because TensorBoard reads during the run.
  @Test func nothingIsHeldBack() throws {
    let events = try writer()
    let before = try Data(contentsOf: URL(filePath: events.path)).count
    try events.scalars([Self.scalar("a", .nan)], step: 1)
    #expect(try Data(contentsOf: URL(filePath: events.path)).count > before)
    try events.synchronize()
  }

  /// TensorBoard reads files in the order of their names.
  @Test func everyStartHasAFileOfItsOwn() throws {
    let names = try (0..<3).map { _ in try writer(host: "rack 1/node-2.example").path }
    let expected = (0..<3).map { "\(folder.path)/events.out.tfevents.170000000\($0).rack1node-2.example.\(getpid())" }
    #expect(names == expected)
  }

  /// Continued on a host whose clock is behind: the new file and its records come after the old ones nevertheless.
  @Test func aClockThatIsBehind() throws {
    let old = folder.path + "/events.out.tfevents.1700003600.zeta.9"
    for path in [old, folder.path + "/events.out.tfevents.9.a.1", folder.path + "/events.out.tfevents.notes"] {
      #expect(FileManager.default.createFile(atPath: path, contents: nil))
    }
    // Written for another hour.
    let written = Date(timeIntervalSince1970: 1_700_007_200.5)
    try FileManager.default.setAttributes([.modificationDate: written], ofItemAtPath: old)
    for name in ["9.a.1", "notes"] {
      let attributes = [FileAttributeKey.modificationDate: Date(timeIntervalSince1970: 1)]
      try FileManager.default.setAttributes(attributes, ofItemAtPath: folder.path + "/events.out.tfevents.\(name)")
    }
    let events = try writer(host: "alpha", continuingFrom: 200)
    #expect(events.path == folder.path + "/events.out.tfevents.1700003601.alpha.\(getpid())" && events.path > old)
    try events.scalars([Self.scalar("a", 1)], step: 201)
    #expect(try wallTimes(of: events.path) == [1_700_007_200.5, 1_700_007_200.5, 1_700_007_200.5])
  }

  /// The first field of each record, a double (event.proto; protobuf.dev/programming-guides/encoding).
  private func wallTimes(of path: String) throws -> [Double] {
    let bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
    var times: [Double] = []
    var place = 0
    while place < bytes.count {
      let length = (0..<8).reduce(0) { $0 | Int(bytes[place + $1]) << (8 * $1) }
      let record = bytes[place + 12..<place + 12 + length]
      #expect(record.first == 9, "field 1, of 64 bits")
      let pattern = record.dropFirst().prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      times.append(Double(bitPattern: pattern))
      place += 12 + length + 4
    }
    return times
  }

  @Test func aMissingFolderIsSaid() throws {
    try FileManager.default.removeItem(at: folder)
    let error = #expect(throws: FileError.self) { try writer() }
    #expect(error?.description.contains("cannot create: No such file or directory") == true)
  }

  @Test func aLinkIsNotFollowed() throws {
    let first = try writer().path
    try FileManager.default.removeItem(atPath: first)
    symlink("/dev/full", first)
    #expect(try writer().path == first.replacingOccurrences(of: ".1700000000.", with: ".1700000001."))
  }

  /// The file's descriptor is replaced by a device that is always full.
  @Test func aFullDiskIsSaid() throws {
    let events = try writer()
    let descriptor = try #require(
      (0..<1024).first { number in
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(number)")) == events.path
      })
    let full = open("/dev/full", O_WRONLY)
    dup2(full, Int32(descriptor))
    close(full)
    let error = #expect(throws: FileError.self) { try events.scalars([Self.scalar("a", 1)], step: 1) }
    #expect(error == .system(operation: "write", path: events.path, code: ENOSPC))
  }
}

/// The vectors of RFC 3720, appendix B.4, and the check value of the CRC catalogue.
@Suite struct CRC32CTests {
  private static let vectors: [(bytes: [UInt8], checksum: UInt32)] = [
    ([UInt8](repeating: 0, count: 32), 0x8A91_36AA), ([UInt8](repeating: 0xFF, count: 32), 0x62A8_AB43),
    (Array(0..<32), 0x46DD_794E), (Array((0..<32).reversed()), 0x113F_DB5C), (Array("123456789".utf8), 0xE306_9283),
  ]

  @Test(arguments: vectors)
  func checksums(_ bytes: [UInt8], _ checksum: UInt32) { #expect(CRC32C.checksum(bytes) == checksum) }
}
