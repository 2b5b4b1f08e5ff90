import Glibc

/// Memory for a whole run: everything is taken from it before the first step and given back when it goes away.
///
/// Pages are the system's until they are touched, so planning a network costs no memory.
package final class Arena {
  private var regions: [UnsafeMutableRawBufferPointer] = []
  /// Bytes taken so far.
  package private(set) var bytes = 0

  package init() {}

  /// `count` zeros, on a page of their own.
  package func floats(_ count: Int) -> Floats { take(count, of: Float.self) }

  package func doubles(_ count: Int) -> UnsafeMutablePointer<Double> { take(count, of: Double.self) }

  package func tensor(_ shape: Shape) -> Tensor { Tensor(shape, floats(shape.count)) }

  /// Gives back before the end what `floats` returned.
  package func giveBack(_ start: Floats) {
    guard let place = regions.firstIndex(where: { $0.baseAddress == UnsafeMutableRawPointer(start) }) else {
      preconditionFailure("not memory of this arena")
    }
    let region = regions.remove(at: place)
    munmap(region.baseAddress, region.count)
    bytes -= region.count
  }

  private func take<Element: BitwiseCopyable>(_ count: Int, of type: Element.Type) -> UnsafeMutablePointer<Element> {
    let size = max(1, count) * MemoryLayout<Element>.stride
    guard let start = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), start != MAP_FAILED
    else { fatalError("out of memory: \(size >> 20) MiB asked for, \(bytes >> 20) MiB in use") }
    // A step walks through some hundred streams at once, more than the TLB knows pages of 4 KiB: a tenth of its time.
    madvise(start, size, MADV_HUGEPAGE)
    regions.append(UnsafeMutableRawBufferPointer(start: start, count: size))
    bytes += size
    return start.bindMemory(to: type, capacity: max(1, count))
  }

  deinit {
    for region in regions { munmap(region.baseAddress, region.count) }
  }
}
