import Glibc
import ImageIO
import ModelFiles
import Tensor

/// How fast the pictures of a folder become floats: read, hashed, decoded, transformed, as in a first run without cache.
package struct LoaderBench {
  package struct Speed: Hashable, Sendable {
    package let images: Int
    /// Of the clock on the wall.
    package let seconds: Double
    /// Of all threads of the process: what counts where other programs share the cores.
    package let processorSeconds: Double

    package var imagesPerSecond: Double { Double(images) / seconds }
  }

  private let cache: PictureCache
  private let kernels: Kernels

  /// - Throws: where the folder is missing, unreadable, or has no pictures.
  package init(folder: String, transform: Transform, kernels: Kernels) throws(ImageError) {
    cache = PictureCache(
      folder: nil, source: try FolderSource(folder: folder), transform: transform, hash: SHA256.imageHash,
      warn: { _ in })
    self.kernels = kernels
  }

  /// Loads every picture once.
  ///
  /// - Throws: the first picture, in the order of the folder, that cannot be read.
  package func measure(_ threads: Threads) throws(ImageError) -> Speed {
    let bytes = cache.transform.byteCount
    let count = cache.source.count
    let pixels = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: threads.count * bytes)
    let floats = Floats.allocate(capacity: threads.count * bytes)
    defer {
      pixels.deallocate()
      floats.deallocate()
    }
    var errors = [ImageError?](repeating: nil, count: count)
    let (start, spent) = (ContinuousClock.now, Self.processorSeconds())
    errors.withUnsafeMutableBufferPointer { errors in
      threads.forEach(count) { image, thread in
        let own = thread * bytes..<(thread + 1) * bytes
        do throws(ImageError) {
          _ = try cache.load(image, into: UnsafeMutableBufferPointer(rebasing: pixels[own]))
          kernels.signed(floats + own.lowerBound, from: pixels.baseAddress! + own.lowerBound, count: bytes)
        } catch {
          errors[image] = error
        }
      }
    }
    if let error = errors.lazy.compactMap({ $0 }).first { throw error }
    return Speed(
      images: count, seconds: (ContinuousClock.now - start) / .seconds(1),
      processorSeconds: Self.processorSeconds() - spent)
  }

  private static func processorSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
