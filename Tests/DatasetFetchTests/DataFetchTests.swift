import DatasetFetch
import Files
import Foundation
import TestSupport
import Testing

/// Fetching from a server on loopback: what breaks off goes on, and only what was published gets its name.
@Suite struct DataFetchTests {
  /// ASCII, of which no two parts look alike.
  private static let text = (0..<500_000).map { UInt8(($0 &* 2_654_435_761) >> 13 & 127) }
  private static let hash = SHA256.digest(of: String(decoding: text, as: UTF8.self)).hex
  private static let path = "/set/numbers.bin"
  private let place: TemporaryFolder

  init() throws { place = try TemporaryFolder() }

  private var folder: String { place.path + "/a/b" }

  private func server(_ change: (inout LoopbackServer.Behaviour) -> Void = { _ in }) throws -> LoopbackServer {
    var behaviour = LoopbackServer.Behaviour(files: [Self.path: Self.text])
    change(&behaviour)
    return try LoopbackServer(behaviour)
  }

  private func fetch(
    _ server: LoopbackServer, size: Int? = text.count, sha256: String? = hash, pauses: [Double] = [0, 0]
  ) throws(FetchError) {
    let set = PublishedDataSet(
      name: "numbers", title: "Numbers", licence: "none", page: "none",
      files: [RemoteFile("numbers.bin", in: "\(server.address)/set/", size: size, sha256: sha256)])
    try DataFetch(set, folder: folder, pauses: pauses, console: nil).run()
  }

  private func fetched() throws -> [UInt8] { Array(try Data(contentsOf: URL(filePath: folder + "/numbers.bin"))) }

  private func expectWhole(sourceLocation: SourceLocation = #_sourceLocation) throws {
    #expect(try fetched() == Self.text, sourceLocation: sourceLocation)
    #expect(try place.names("a/b") == ["SHA256SUMS", "numbers.bin"], sourceLocation: sourceLocation)
  }

  @Test func aFileIsFetchedOnce() throws {
    let server = try server()
    for _ in 0..<2 { try fetch(server) }
    try expectWhole()
    #expect(server.requests == [LoopbackServer.Request(path: Self.path)])
    let check = Process()
    check.executableURL = URL(filePath: "/usr/bin/env")
    check.arguments = ["sha256sum", "--check", "--strict", "--quiet", "SHA256SUMS"]
    check.currentDirectoryURL = URL(filePath: folder)
    try check.run()
    check.waitUntilExit()
    #expect(check.terminationStatus == 0)
  }

  // MARK: Broken off

  @Test func aDroppedConnectionIsResumed() throws {
    let server = try server { $0.cuts = [200_000, 100_000] }
    try fetch(server)
    try expectWhole()
    #expect(server.requests.map(\.range) == [nil, "bytes=200000-", "bytes=300000-"])
    #expect(server.requests.map(\.ifRange) == [nil, "\"1\"", "\"1\""])
  }

  @Test func aMovedFileIsFollowed() throws {
    let server = try server { ($0.moved, $0.cuts) = ([Self.path: "/new"], [nil, 200_000]) }
    server.change { $0.files = ["/new": Self.text] }
    try fetch(server, size: nil, sha256: nil)
    try expectWhole()
    #expect(server.requests.map(\.path) == [Self.path, "/new", Self.path, "/new"])
    #expect(server.requests.map(\.range) == [nil, nil, "bytes=200000-", "bytes=200000-"])
  }

  /// The end of the connection is then the end of the file, and only the size tells.
  @Test func aShortFileIsNoFile() throws {
    let server = try server { ($0.cuts, $0.tellsLength) = ([200_000], false) }
    #expect(
      throws: FetchError.wrongContent(
        address: server.address + Self.path, found: "200000 bytes", expected: "500000 bytes")
    ) { try fetch(server) }
    #expect(try place.names("a/b") == [])
  }

  @Test func aLaterStartGoesOn() throws {
    let server = try server { ($0.cuts, $0.refusals) = ([200_000], [nil, 503]) }
    let error = #expect(throws: FetchError.self) { try fetch(server, pauses: []) }
    #expect(error?.code == .inputOutput && error?.message.contains("200000 bytes are kept") == true)
    #expect(try place.names("a/b") == ["numbers.bin.part", "numbers.bin.part.from"])
    try fetch(server)
    try expectWhole()
    #expect(server.requests.last?.range == "bytes=200000-")
  }

  @Test(arguments: [true, false])
  func anotherVersionBeginsAnew(hasChecksum: Bool) throws {
    let old = [UInt8](repeating: 7, count: Self.text.count)
    let server = try server { ($0.cuts, $0.refusals, $0.files[Self.path]) = ([200_000], [nil, 503], old) }
    let hash = hasChecksum ? Self.hash : nil
    #expect(throws: FetchError.self) { try fetch(server, sha256: hash, pauses: []) }
    server.change { ($0.version, $0.files[Self.path]) = ("\"2\"", Self.text) }
    try fetch(server, sha256: hash)
    try expectWhole()
    #expect(server.requests.map(\.ifRange) == [nil, "\"1\"", "\"1\"", nil])
  }

  @Test func withoutRangesAllIsSentAgain() throws {
    let server = try server { ($0.cuts, $0.answersRanges) = ([200_000], false) }
    try fetch(server)
    try expectWhole()
    #expect(server.requests.map(\.range) == [nil, "bytes=200000-", nil])
  }

  /// With neither version nor checksum two halves of two files could become one.
  @Test(arguments: [true, false])
  func withoutAVersionOnlyAChecksumAllowsToGoOn(hasChecksum: Bool) throws {
    let server = try server { ($0.cuts, $0.version) = ([200_000], nil) }
    try fetch(server, size: nil, sha256: hasChecksum ? Self.hash : nil)
    try expectWhole()
    #expect(server.requests.map(\.range) == [nil, hasChecksum ? "bytes=200000-" : nil])
  }

  /// What an earlier start has left may be of something else, which only the checksum of the whole can tell.
  @Test func aPartThatDoesNotFitIsFetchedAnew() throws {
    let server = try server()
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try place.write(String(repeating: "x", count: 1000), "a/b/numbers.bin.part")
    try fetch(server)
    try expectWhole()
    #expect(server.requests.map(\.range) == ["bytes=1000-", nil])
  }

  @Test func aWholePartNeedsNoServer() throws {
    let server = try server()
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try place.write(String(decoding: Self.text, as: UTF8.self), "a/b/numbers.bin.part")
    try fetch(server)
    try expectWhole()
    #expect(server.requests.isEmpty)
  }

  // MARK: Refused

  @Test func aServerThatIsBusyIsAskedAgain() throws {
    let server = try server { $0.refusals = [503, 429] }
    try fetch(server)
    try expectWhole()
    #expect(server.requests.count == 3)
  }

  @Test func aServerThatStaysBusyIsLeft() throws {
    let server = try server { $0.refusals = [503, 503, 503] }
    let error = #expect(throws: FetchError.self) { try fetch(server) }
    #expect(error?.code == .inputOutput && error?.message.contains("503") == true)
    #expect(server.requests.count == 3)
    #expect(try place.names("a/b") == [])
  }

  @Test func aMissingFileIsNotAskedForAgain() throws {
    let server = try server { $0.files = [:] }
    let error = #expect(throws: FetchError.self) { try fetch(server) }
    #expect(error == .refused(address: server.address + Self.path, code: 404))
    #expect(error?.message.contains("--from") == true)
    #expect(server.requests.count == 1)
    #expect(try place.names("a/b") == [])
  }

  @Test func aWrongChecksumIsRefused() throws {
    let server = try server { $0.files[Self.path]![499_999] ^= 1 }
    let error = #expect(throws: FetchError.self) { try fetch(server) }
    #expect(error?.code == .badData && error?.message.contains("expected \(Self.hash)") == true)
    #expect(try place.names("a/b") == [], "nothing of it is kept")
    #expect(server.requests.count == 1)
  }

  @Test func withoutAChecksumTheFirstCopyIsTrusted() throws {
    let server = try server()
    try fetch(server, size: nil, sha256: nil)
    try expectWhole()
    try FileManager.default.removeItem(atPath: folder + "/numbers.bin")
    try fetch(server, size: nil, sha256: nil)
    try expectWhole()
    try FileManager.default.removeItem(atPath: folder + "/numbers.bin")
    server.change { $0.files[Self.path]![0] ^= 1 }
    let error = #expect(throws: FetchError.self) { try fetch(server, size: nil, sha256: nil) }
    #expect(error?.code == .badData && error?.message.contains("the first time it was \(Self.hash)") == true)
    #expect(try place.names("a/b") == ["SHA256SUMS"])
  }

  @Test(arguments: [Self.hash, nil])
  func anotherFileIsNeverOverwritten(sha256: String?) throws {
    let server = try server()
    if sha256 == nil { try fetch(server, sha256: nil) }
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try place.write("mine", "a/b/numbers.bin")
    let error = #expect(throws: FetchError.self) { try fetch(server, sha256: sha256) }
    #expect(error?.code == .badData && error?.message.contains("Move it away") == true)
    #expect(try place.text("a/b/numbers.bin") == "mine")
  }

  @Test func oneProcessFetchesAtATime() throws {
    let server = try server()
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let descriptor = open(folder + "/numbers.bin.part", O_RDWR | O_CREAT, 0o600)
    defer { close(descriptor) }
    #expect(flock(descriptor, LOCK_EX) == 0)
    #expect(throws: FetchError.busy(path: folder + "/numbers.bin")) { try fetch(server) }
    #expect(server.requests.isEmpty)
  }
}
