import Foundation
import ImageIO
import Synchronization
import Testing

/// Files that change while a cache has their images.
struct ChangedFileTests {
  let folder: TemporaryFolder
  let transform = Transform(size: 4, channels: 1)

  init() throws { folder = try TemporaryFolder() }

  private func load(_ source: any ImageSource, _ index: SourceIndex = 0) throws -> (pixel: UInt8, hash: ContentHash) {
    let cache = ImageCache(
      folder: CachePlace(folder: "\(folder.path)/cache"), source: source, transform: transform, hash: testHash,
      warn: { Issue.record("\($0)") })
    var pixels = [UInt8](repeating: 0, count: transform.byteCount)
    let content = try pixels.withUnsafeMutableBufferPointer { try cache.load(index, into: $0) }
    return (pixels[0], content.hash)
  }

  private static func png(_ grey: UInt8) throws -> [UInt8] {
    try PNGEncoder.bytes(of: Image(width: 4, height: 4, channels: 1, filledWith: grey))
  }

  /// As `touch -r`, tar and rsync set times.
  private func setTime(_ path: String) {
    let times = [timespec(tv_sec: 1_500_000_000, tv_nsec: 0), timespec(tv_sec: 1_500_000_000, tv_nsec: 0)]
    #expect(utimensat(AT_FDCWD, path, times, 0) == 0)
  }

  /// Written over, or replaced under its name, with the size and the time it had.
  @Test(arguments: [false, true]) func sizeAndTimeAloneProveNothing(isReplaced: Bool) throws {
    let path = "\(folder.path)/images/a.png"
    let first = try Self.png(50)
    let grey = try #require(try (100...255 as ClosedRange<UInt8>).first { try Self.png($0).count == first.count })
    let second = try Self.png(grey)
    try folder.write(first, to: "images/a.png")
    setTime(path)
    let before = try FolderSource(folder: "\(folder.path)/images")
    #expect(try load(before).pixel == 50)
    try folder.write(second, to: isReplaced ? "other.png" : "images/a.png")
    if isReplaced { #expect(rename("\(folder.path)/other.png", path) == 0) }
    setTime(path)
    let after = try FolderSource(folder: "\(folder.path)/images")
    #expect(after.manifest == before.manifest, "the cache's key does not tell them apart")
    let loaded = try load(after)
    #expect(loaded.pixel == grey && loaded.hash.bytes == second.withUnsafeBytes(testHash))
    #expect(try load(after).pixel == grey)
  }

  /// The same for published files of all images.
  @Test func anIDXFileIsComparedToo() throws {
    let path = "\(folder.path)/train-images-idx3-ubyte"
    func write(_ grey: UInt8) throws -> IDXSource {
      try folder.write(
        [0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0, 4] + [UInt8](repeating: grey, count: 16),
        to: "train-images-idx3-ubyte")
      setTime(path)
      return try IDXSource(path: path)
    }
    #expect(try load(write(50)).pixel == 50)
    #expect(try load(write(200)).pixel == 200)
  }

  /// One image whose stamp and bytes a test chooses; counts what is asked of it.
  final class StampedSource: ImageSource {
    let stampValue: UInt64
    let content: UInt8
    let asked = Mutex((decoded: 0, read: 0))
    let count = 1
    let manifest = Array("stamped".utf8)

    init(stamp: UInt64, content: UInt8 = 7) { (stampValue, self.content) = (stamp, content) }

    func name(_ index: SourceIndex) -> String { "image" }
    func stamp(_ index: SourceIndex) -> FileStamp? { FileStamp(value: stampValue) }
    func bytes(_ index: SourceIndex) throws(ImageError) -> [UInt8] {
      asked.withLock { $0.read += 1 }
      return [content]
    }
    func load(_ index: SourceIndex, channels: Int) throws(ImageError) -> SourceImage {
      asked.withLock { $0.decoded += 1 }
      return SourceImage(
        image: Image(width: 4, height: 4, channels: 1, filledWith: content), bytes: [content], traits: [])
    }
  }

  private func asked(stamp: UInt64, content: UInt8 = 7) throws -> [Int] {
    let source = StampedSource(stamp: stamp, content: content)
    #expect(try load(source).pixel == content)
    return source.asked.withLock { [$0.decoded, $0.read] }
  }

  /// Another inode or time of the same bytes: read once to compare, never decoded again, and then known. Four hosts with
  /// copies of their own share a cache.
  @Test func otherStampsOfTheSameContentAreLearned() throws {
    #expect(try asked(stamp: 1) == [1, 0])
    #expect(try asked(stamp: 1) == [0, 0])
    for stamp in 2...4 as ClosedRange<UInt64> { #expect(try asked(stamp: stamp) == [0, 1]) }
    for stamp in 1...4 as ClosedRange<UInt64> { #expect(try asked(stamp: stamp) == [0, 0], "\(stamp)") }
    #expect(try asked(stamp: 5) == [0, 1])
    #expect(try asked(stamp: 1) == [0, 1], "the oldest gave way")
    #expect(try asked(stamp: 6, content: 9) == [1, 1], "other content")
    #expect(try asked(stamp: 6, content: 9) == [0, 0])
    #expect(try asked(stamp: 5) == [1, 1], "which the old stamps do not stand for")
  }
}
