import Glibc

/// Memory for a whole run: everything is taken from it before the first step and given back when it goes away.
///
/// Pages are the system's until they are touched, so planning a network costs no memory.
package final class Arena {
  /// Bytes from which an array has a mapping of its own; smaller ones share some.
  private static let ownMapping = 1 << 17
  /// Bytes of a mapping that small arrays share.
  private static let sharedMapping = 1 << 20
  /// Arrays begin on pairs of cache lines, which CPUs fetch together: threads that write neighbours do not meet.
  private static let alignment = 128

  private var own: [UnsafeMutableRawBufferPointer] = []
  private var shared: [UnsafeMutableRawBufferPointer] = []
  /// What is left of the newest shared mapping.
  private var rest = UnsafeMutableRawBufferPointer(start: nil, count: 0)
  /// Bytes taken so far.
  package private(set) var bytes = 0

  package init() {}

  /// `count` zeros.
  package func floats(_ count: Int) -> Floats { array(count, of: Float.self) }

  package func doubles(_ count: Int) -> UnsafeMutablePointer<Double> { array(count, of: Double.self) }

  package func tensor(_ shape: Shape) -> Tensor { Tensor(shape, floats(shape.count)) }

  /// `count` elements whose bytes are 0.
  package func array<Element: BitwiseCopyable>(
    _ count: Int, of type: Element.Type
  ) -> UnsafeMutablePointer<Element> {
    region(bytes: max(1, count) * MemoryLayout<Element>.stride).bindMemory(to: type, capacity: max(1, count))
  }

  /// Zeroed memory for a `MemoryPlan`, or for whatever gives it types.
  package func region(bytes: Int) -> UnsafeMutableRawPointer {
    let size = (max(1, bytes) + Self.alignment - 1) / Self.alignment * Self.alignment
    let start: UnsafeMutableRawPointer
    if size >= Self.ownMapping {
      own.append(map(size))
      start = own.last!.baseAddress!
    } else {
      if rest.count < size {
        rest = map(Self.sharedMapping)
        shared.append(rest)
      }
      start = rest.baseAddress!
      rest = UnsafeMutableRawBufferPointer(rebasing: rest[size...])
    }
    self.bytes += size
    return start
  }

  /// Gives back before the end what `region` returned, or `array`. Small ones keep their place until the end.
  package func giveBack(_ start: UnsafeMutableRawPointer) {
    guard let place = own.firstIndex(where: { $0.baseAddress == start }) else {
      precondition(
        shared.contains { $0.baseAddress! <= start && start < $0.baseAddress! + $0.count }, "not memory of this arena")
      return
    }
    let mapping = own.remove(at: place)
    munmap(mapping.baseAddress, mapping.count)
    bytes -= mapping.count
  }

  private func map(_ size: Int) -> UnsafeMutableRawBufferPointer {
    guard let start = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), start != MAP_FAILED
    else { fatalError("out of memory: \(size >> 20) MiB asked for, \(bytes >> 20) MiB in use") }
    // A step walks through some hundred streams at once, more than the TLB knows pages of 4 KiB: a tenth of its time.
    madvise(start, size, MADV_HUGEPAGE)
    return UnsafeMutableRawBufferPointer(start: start, count: size)
  }

  deinit {
    for mapping in own + shared { munmap(mapping.baseAddress, mapping.count) }
  }
}
