import Files
import Glibc
import ImageIO
import Numerics
import Reporting

/// The speed of loading the images of a folder: read, hashed, decoded, transformed, as in a first run without cache.
package struct LoaderBench {
  package struct Speed: Hashable, Sendable {
    package let images: Int
    /// Wall-clock time.
    package let seconds: Double
    /// Processor time of all threads; it counts if other programs share the cores.
    package let processorSeconds: Double

    package var imagesPerSecond: Double { Double(images) / seconds }
  }

  private let cache: ImageCache
  private let kernels: Kernels

  /// - Throws: if the folder is missing, unreadable, or has no images.
  package init(folder: String, transform: Transform, kernels: Kernels) throws(ImageError) {
    cache = ImageCache(
      folder: nil, source: try FolderSource(folder: folder), transform: transform, hash: SHA256.imageHash,
      warn: { _ in })
    self.kernels = kernels
  }

  /// Loads every image once.
  ///
  /// - Throws: the first image, in the order of the folder, that cannot be read.
  package func measure(_ threads: Threads) throws(ImageError) -> Speed {
    let bytes = cache.transform.byteCount
    let count = cache.source.count
    nonisolated(unsafe) let pixels = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: threads.count * bytes)
    nonisolated(unsafe) let floats = Floats.allocate(capacity: threads.count * bytes)
    defer {
      pixels.deallocate()
      floats.deallocate()
    }
    let (start, spent) = (ContinuousClock.now, Self.processorSeconds())
    let errors = threads.map(count) { [cache, kernels] image, thread -> ImageError? in
      let own = thread * bytes..<(thread + 1) * bytes
      do throws(ImageError) {
        _ = try cache.load(SourceIndex(image), into: UnsafeMutableBufferPointer(rebasing: pixels[own]))
      } catch { return error }
      kernels.signed(floats + own.lowerBound, from: pixels.baseAddress! + own.lowerBound, count: bytes)
      return nil
    }
    if let error = errors.lazy.compactMap({ $0 }).first { throw error }
    return Speed(
      images: count, seconds: secondsSince(start),
      processorSeconds: Self.processorSeconds() - spent)
  }

  private static func processorSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
