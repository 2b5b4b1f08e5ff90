import Files
import Foundation
import ImageIO
import Synchronization
import Testing

/// The room that caches take up: showing it, limiting it, and making more.
struct CacheFolderTests {
  let folder: TemporaryFolder
  let transform = Transform(size: 32, channels: 1)
  /// Of a record.
  static let recordCount = 8 + 32 + 1 + 32 + 1024

  init() throws { folder = try TemporaryFolder() }

  /// Images of one value; sets with other names have other caches.
  struct Source: ImageSource {
    let name: String
    let count: Int
    var manifest: [UInt8] { Array("\(name) \(count)".utf8) }

    func name(_ index: SourceIndex) -> String { "\(index)" }
    func load(_ index: SourceIndex, channels: Int) throws(ImageError) -> SourceImage {
      let value = UInt8(index.number % 256)
      return SourceImage(
        image: Image(width: 32, height: 32, channels: 1, filledWith: value), bytes: [value], traits: [])
    }
  }

  final class Warnings: Sendable {
    private let stored = Mutex<[String]>([])
    var lines: [String] { stored.withLock { $0 } }
    var add: @Sendable (String) -> Void { { line in self.stored.withLock { $0.append(line) } } }
  }

  private func open(_ name: String, _ count: Int, limit: Int? = nil, _ warnings: Warnings = Warnings()) -> ImageCache {
    ImageCache(
      folder: CachePlace(folder: folder.path, limit: limit), origin: "/data/\(name)",
      source: Source(name: name, count: count), transform: transform, hash: testHash, warn: warnings.add)
  }

  /// Opens a cache, fills it, checks every image, and closes it.
  @discardableResult
  private func fill(_ name: String, _ count: Int, limit: Int? = nil, _ warnings: Warnings = Warnings()) throws
    -> String?
  {
    let cache = open(name, count, limit: limit, warnings)
    for index in cache.source.indices {
      var pixels = [UInt8](repeating: 0, count: transform.byteCount)
      _ = try pixels.withUnsafeMutableBufferPointer { try cache.load(index, into: $0) }
      #expect(pixels.allSatisfy { $0 == UInt8(index.number % 256) })
    }
    return cache.path
  }

  private var entries: [CacheFolder.Entry] { get throws { try CacheFolder(folder.path).entries() } }
  private var size: Int { get throws { try entries.reduce(0) { $0 + $1.fullBytes } } }
  private static func fileSize(_ count: Int) -> Int { 4096 + count * recordCount }

  private func setUnused(_ path: String?, days: Int) throws {
    let times = [timespec](repeating: timespec(tv_sec: time(nil) - days * 86_400, tv_nsec: 0), count: 2)
    #expect(utimensat(AT_FDCWD, try #require(path), times, 0) == 0)
  }

  @Test func entriesSayWhatTheyAre() throws {
    #expect(try CacheFolder(folder.path + "/absent").entries().isEmpty)
    let old = try fill("old", 3)
    try setUnused(old, days: 2)
    try folder.write([1], to: "notes.txt")
    try folder.write([1], to: "holiday.images")
    try folder.write([1, 2], to: String(repeating: "a", count: 64) + ".images")
    let cache = open("new", 5)
    let found = try entries
    #expect(found.count == 3, "and no other files")
    #expect(found[0].header?.origin == "/data/old" && found[0].header?.images == 3 && !found[0].isInUse)
    #expect(found[0].fullBytes == Self.fileSize(3) && found[0].bytes >= 3 * Self.recordCount)
    #expect(abs(found[0].used - (time(nil) - 2 * 86_400)) < 3600)
    let new = try #require(found.first { $0.path == cache.path })
    #expect(new.isInUse && new.header?.images == 5 && found.contains { $0.header == nil && !$0.isInUse })
  }

  @Test func whatIsInUseStays() throws {
    let cache = open("a", 2)
    let entry = try #require(try entries.first)
    #expect(try !CacheFolder(folder.path).remove(entry))
    #expect(try entries.count == 1)
    withExtendedLifetime(cache) {}
    try fill("b", 2)
    let other = try #require(try entries.first { $0.header?.origin == "/data/b" })
    #expect(try CacheFolder(folder.path).remove(other))
    #expect(try CacheFolder(folder.path).remove(other), "gone already")
    #expect(try entries.count == 1)
  }

  /// It is filled as far as there is room; the other images are decoded.
  @Test func aFolderNeverExceedsItsLimit() throws {
    let limit = Self.fileSize(10)
    let warnings = Warnings()
    try fill("big", 25, limit: limit, warnings)
    #expect(try size == limit)
    #expect(warnings.lines.count == 1)
    #expect(warnings.lines.first?.contains("room for 10 of 25 images within data.cacheLimit") == true)
    let none = Warnings()
    try fill("second", 4, limit: limit, none)
    #expect(try size <= limit && none.lines.first?.contains("room for 0 of 4 images") == true)
    let enough = Warnings()
    try fill("big", 25, limit: Self.fileSize(40), enough)
    #expect(try size == Self.fileSize(25) && enough.lines.isEmpty, "a higher limit lets it grow")
    try fill("big", 25, limit: limit)
    #expect(try size == Self.fileSize(25), "a lower one takes nothing away")
    try fill("third", 100, limit: nil)
    #expect(try size == Self.fileSize(25) + Self.fileSize(100))
  }

  /// Caches of other versions go first, then those unused for the longest time; none that a run has used lately.
  @Test func roomIsMadeByOldCachesOnly() throws {
    for (name, days) in [("recent", 1), ("older", 50), ("oldest", 90)] {
      try setUnused(try fill(name, 10), days: days)
    }
    let version2 = String(repeating: "b", count: 64) + ".images"
    try folder.write([UInt8](repeating: 1, count: Self.fileSize(10)), to: version2)
    func origins() throws -> Set<String> { Set(try entries.map { $0.header?.origin ?? "version 2" }) }
    let blocks = try entries.reduce(0) { $0 + $1.bytes }
    let each = blocks / 4
    #expect(try entries.allSatisfy { $0.bytes == each })

    try fill("a", 1, limit: blocks + Self.fileSize(1))
    #expect(
      try origins()
        == ["recent", "older", "oldest"].reduce(into: ["version 2", "/data/a"]) { $0.insert("/data/\($1)") })
    try FileManager.default.removeItem(atPath: try #require(try entries.first { $0.header?.origin == "/data/a" }).path)
    try fill("b", 10, limit: blocks)
    #expect(try origins() == ["/data/recent", "/data/older", "/data/oldest", "/data/b"])
    try fill("c", 10, limit: blocks)
    #expect(try origins() == ["/data/recent", "/data/older", "/data/b", "/data/c"])
    try fill("d", 10, limit: blocks)
    let warnings = Warnings()
    try fill("e", 10, limit: blocks, warnings)
    #expect(try origins().isSuperset(of: ["/data/recent", "/data/b", "/data/c", "/data/d"]))
    #expect(warnings.lines.first?.contains("room for 0 of 10 images") == true)
  }

  /// Using a cache makes it new.
  @Test func useIsRemembered() throws {
    try setUnused(try fill("a", 2), days: 90)
    try fill("a", 2)
    #expect(try #require(try entries.first).used > time(nil) - 3600)
  }

  /// Nothing can be made in /sys, and nothing that could be read is there: the reason is the former.
  @Test(.enabled(if: access("/sys", F_OK) == 0, "there is no /sys"))
  func errorsAreThoseOfTheCallThatMattered() throws {
    let warnings = Warnings()
    let cache = ImageCache(
      folder: CachePlace(folder: "/sys"), source: Source(name: "a", count: 1), transform: transform, hash: testHash,
      warn: warnings.add)
    #expect(cache.path == nil && warnings.lines.count == 1)
    let line = try #require(warnings.lines.first)
    #expect(line.contains("cannot open the cache of decoded images: "))
    #expect(
      [EACCES, EROFS, EPERM].contains { line.contains("\(String(cString: strerror($0))) (errno \($0))") }, "\(line)")
    #expect(line.contains("data.cache"))
  }
}
