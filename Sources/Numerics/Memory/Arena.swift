import Glibc

/// Memory for a whole run: everything is allocated before the first step and freed with the arena.
///
/// The system provides pages when they are first touched, so planning a network costs no memory.
package final class Arena {
  /// Arrays of at least this many bytes have a mapping of their own; smaller ones share mappings.
  private static let ownMapping = 1 << 17
  /// Bytes in a mapping that small arrays share.
  private static let sharedMapping = 1 << 20
  /// Arrays begin on pairs of cache lines, which CPUs fetch together: no false sharing between neighbouring arrays.
  private static let alignment = 128

  private var own: [UnsafeMutableRawBufferPointer] = []
  private var shared: [UnsafeMutableRawBufferPointer] = []
  /// The free rest of the newest shared mapping.
  private var rest = UnsafeMutableRawBufferPointer(start: nil, count: 0)
  /// Bytes in use.
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

  /// Zeroed untyped memory, for example for a `MemoryPlan`.
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

  /// Frees a result of `region` or `array` before the arena ends. Small ones stay allocated until then.
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
    let start = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    let code = errno
    guard let start, start != MAP_FAILED else {
      Shortage.end(
        "no memory: asked for \(Self.megabytes(size))\(bytes > 0 ? " more than \(Self.megabytes(bytes))" : ""), found "
          + "\(String(cString: strerror(code)))")
    }
    // A step reads some hundred streams at once. With pages of 4 KiB it spent a tenth of its time on TLB misses.
    madvise(start, size, MADV_HUGEPAGE)
    return UnsafeMutableRawBufferPointer(start: start, count: size)
  }

  private static func megabytes(_ bytes: Int) -> String { "\((bytes + 999_999) / 1_000_000) MB" }

  deinit {
    for mapping in own + shared { munmap(mapping.baseAddress, mapping.count) }
  }
}
