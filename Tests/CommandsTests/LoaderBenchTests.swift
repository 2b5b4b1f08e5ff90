import Commands
import Foundation
import ImageIO
import Numerics
import Reporting
import Testing

@Suite struct LoaderBenchTests {
  private let folder = FileManager.default.temporaryDirectory.appending(path: "disttrain-loader-\(UUID().uuidString)")
  private let transform = Transform(size: 8, channels: 3)

  private func measure(_ images: [String: [UInt8]], threads: Int) throws -> LoaderBench.Speed {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for (name, bytes) in images { try Data(bytes).write(to: folder.appending(path: name)) }
    let threads = Threads(count: threads)
    defer { threads.stop() }
    return try LoaderBench(folder: folder.path, transform: transform, kernels: Kernels.available[0]).measure(threads)
  }

  @Test(arguments: [1, 3]) func everyImageIsLoaded(threads: Int) throws {
    let png = try PNGEncoder.bytes(of: Image(width: 20, height: 10, channels: 1, filledWith: 7))
    let speed = try measure(["a.png": png, "b.png": png, "c.png": png, "notes.txt": []], threads: threads)
    #expect(speed.images == 3 && speed.seconds > 0 && speed.processorSeconds > 0)
    #expect(speed.imagesPerSecond == 3 / speed.seconds)
  }

  @Test func theFirstBadImageIsNamed() throws {
    let png = try PNGEncoder.bytes(of: Image(width: 2, height: 2, channels: 1))
    #expect(throws: ImageError.empty(path: "\(folder.path)/b.png")) {
      try measure(["a.png": png, "b.png": [], "c.png": []], threads: 2)
    }
  }

  @Test func anEmptyFolderIsRefused() {
    #expect(throws: ImageError.noImages(folder: folder.path, extensions: Decoder.fileExtensions, pattern: "*")) {
      try measure([:], threads: 1)
    }
  }
}
