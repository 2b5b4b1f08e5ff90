import Foundation
import ImageIO
import Synchronization
import Testing

struct ImageCacheTests {
  let folder: TemporaryFolder
  /// 32 + 1 + 4 · 8 + 147 bytes under the checksum: no whole number of its words.
  let transform = Transform(size: 7, channels: 3)
  let source = CountingSource(count: 5)

  init() throws {
    folder = try TemporaryFolder()
  }

  /// Draws an image that its index alone decides, and counts how often it is asked.
  final class CountingSource: ImageSource {
    let count: Int
    let loads = Mutex(0)
    var manifest: [UInt8] { Array("counting \(count)".utf8) }

    init(count: Int) { self.count = count }

    func name(_ index: SourceIndex) -> String { "\(index)" }

    func load(_ index: SourceIndex, channels: Int) throws(ImageError) -> SourceImage {
      loads.withLock { $0 += 1 }
      let image = Image(
        width: 7, height: 7, channels: 3, pixels: (0..<147).map { UInt8(($0 * 7 + index.number * 31) % 256) })
      return SourceImage(
        image: image.with(channels: channels), bytes: [UInt8(index.number)],
        traits: ImageTraits(rawValue: UInt8(index.number % 4)))
    }
  }

  private func open(
    _ folder: String?, transform: Transform? = nil, warnings: @escaping @Sendable (String) -> Void = { _ in }
  ) -> ImageCache {
    ImageCache(
      folder: folder.map { CachePlace(folder: $0) }, source: source, transform: transform ?? self.transform,
      hash: testHash, warn: warnings)
  }

  /// Loads every image and checks it; returns how many were decoded.
  private func decoded(_ cache: ImageCache) throws -> Int {
    let before = source.loads.withLock { $0 }
    for index in source.indices {
      var pixels = [UInt8](repeating: 1, count: transform.byteCount)
      let content = try pixels.withUnsafeMutableBufferPointer { try cache.load(index, into: $0) }
      #expect(pixels == (0..<147).map { UInt8(($0 * 7 + index.number * 31) % 256) })
      #expect(content.hash.bytes == [UInt8(index.number)].withUnsafeBytes(testHash))
      #expect(content.traits.rawValue == UInt8(index.number % 4))
    }
    return source.loads.withLock { $0 } - before
  }

  @Test func theSecondRunDecodesNothing() throws {
    #expect(try decoded(open("\(folder.path)/new/folder")) == 5)
    #expect(try decoded(open("\(folder.path)/new/folder")) == 0)
    #expect(try decoded(open(nil)) == 5)
  }

  @Test func keysAreOfManifestAndTransform() throws {
    let keys = [
      ImageCache.key(of: source, transform, testHash),
      ImageCache.key(of: CountingSource(count: 6), transform, testHash),
      ImageCache.key(of: source, Transform(size: 7, channels: 3, fit: .pad), testHash),
    ]
    #expect(Set(keys).count == 3)
    #expect(try #require(open(folder.path).path) == "\(folder.path)/\(keys[0]).images")
  }

  /// Any change of any byte of a record makes that one image be decoded again, and heals it.
  @Test func tornRecordsAreDecodedAgain() throws {
    let cache = open(folder.path)
    _ = try decoded(cache)
    let path = try #require(cache.path)
    let whole = [UInt8](try Data(contentsOf: URL(filePath: path)))
    let (header, record) = (4096, 8 + 32 + 1 + 32 + 147)
    #expect(whole.count == header + 5 * record)
    for at in Array(stride(from: header, to: whole.count, by: 13)) + [header + record - 1] {
      var torn = whole
      torn[at] ^= 0x10
      try overwrite(path, with: torn)
      #expect(try decoded(open(folder.path)) == 1, "byte \(at)")
      #expect(try decoded(open(folder.path)) == 0, "byte \(at)")
    }
    // Half of a record that was never finished: the rest are zeros.
    try overwrite(
      path, with: Array(whole.prefix(header + 2 * record + 100)) + [UInt8](repeating: 0, count: 3 * record - 100))
    #expect(try decoded(open(folder.path)) == 3)
    // A valid record in another one's place.
    let second = whole[header + record..<header + 2 * record]
    try overwrite(path, with: Array(whole[..<header] + second + whole[(header + record)...]))
    #expect(try decoded(open(folder.path)) == 1)
    // A file cut short grows again.
    #expect(truncate(path, header + 2 * record + 5) == 0)
    #expect(try decoded(open(folder.path)) == 3)
    #expect([UInt8](try Data(contentsOf: URL(filePath: path))) == whole)
  }

  @Test func manyThreadsFillOneFile() throws {
    let caches = [open(folder.path), open(folder.path)]
    DispatchQueue.concurrentPerform(iterations: 40) { i in
      var pixels = [UInt8](repeating: 0, count: 147)
      _ = try? pixels.withUnsafeMutableBufferPointer { try caches[i % 2].load(SourceIndex(i % 5), into: $0) }
    }
    #expect(try decoded(open(folder.path)) == 0)
  }

  @Test func withoutACacheOneWarningIsAll() throws {
    let warnings = Mutexed()
    try folder.write([1], to: "file")
    #expect(try decoded(open("\(folder.path)/file/below", warnings: warnings.append)) == 5)
    #expect(warnings.lines.count == 1)
    #expect(warnings.lines.first?.contains("Not a directory") == true)
  }

  private func overwrite(_ path: String, with bytes: [UInt8]) throws {
    let file = Glibc.open(path, O_WRONLY | O_TRUNC)
    defer { close(file) }
    #expect(write(file, bytes, bytes.count) == bytes.count)
  }

  final class Mutexed: Sendable {
    private let stored = Mutex<[String]>([])
    var lines: [String] { stored.withLock { $0 } }
    var append: @Sendable (String) -> Void { { line in self.stored.withLock { $0.append(line) } } }
  }
}
