import Events
import Foundation
import Testing

@Suite struct EventWriterTests {
  private let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "disttrain-events-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  private func writer(host: String = "node", continuingFrom step: Int = 0) throws(EventFileError) -> EventWriter {
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

  @Test func everyStartHasAFileOfItsOwn() throws {
    let names = try (0..<3).map { _ in try writer(host: "rack 1/node-2.example").path }
    let first = folder.path + "/events.out.tfevents.1700000000.rack1node-2.example.\(getpid())"
    #expect(names == [first, first + ".1", first + ".2"])
  }

  @Test func aMissingFolderIsSaid() throws {
    try FileManager.default.removeItem(at: folder)
    let error = #expect(throws: EventFileError.self) { try writer() }
    #expect(error?.number == ENOENT && error?.description.contains("cannot create: No such file or directory") == true)
  }

  @Test func aLinkIsNotFollowed() throws {
    let first = try writer().path
    try FileManager.default.removeItem(atPath: first)
    symlink("/dev/full", first)
    #expect(try writer().path == first + ".1")
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
    let error = #expect(throws: EventFileError.self) { try events.scalars([Self.scalar("a", 1)], step: 1) }
    #expect(error?.number == ENOSPC && error?.operation == "write" && error?.path == events.path)
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
