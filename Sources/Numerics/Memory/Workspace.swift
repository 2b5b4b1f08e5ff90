/// Scratch memory of each thread, shared by all layers. Its size is that of the largest request.
///
/// Sendable since it changes only between loops, and in a loop each thread uses its own memory.
package final class Workspace: @unchecked Sendable {
  /// The memory of each thread begins on a cache line.
  private static let alignment = 64

  private let threads: Int
  private let arena: Arena
  private var region: UnsafeMutableRawBufferPointer?
  /// Bytes of each thread.
  private var bytes = 0
  /// Bytes that all threads share.
  private var sharedBytes = 0

  package init(threads: Int, arena: Arena) {
    self.threads = threads
    self.arena = arena
  }

  /// Requests room for at least `count` elements for each thread. The next `commit` allocates it.
  package func reserve<Element: BitwiseCopyable>(_ count: Int, of type: Element.Type) {
    bytes = max(bytes, Self.size(count, of: type))
  }

  /// Requests room for at least `count` elements that all threads share. The next `commit` allocates it.
  package func reserve<Element: BitwiseCopyable>(shared count: Int, of type: Element.Type) {
    sharedBytes = max(sharedBytes, Self.size(count, of: type))
  }

  private static func size<Element>(_ count: Int, of type: Element.Type) -> Int {
    (count * MemoryLayout<Element>.stride + alignment - 1) / alignment * alignment
  }

  /// Allocates the requested memory, and frees that of an earlier, smaller request.
  package func commit() {
    let total = threads * bytes + sharedBytes
    guard region?.count != total else { return }
    if let region { arena.giveBack(region.baseAddress!) }
    region = UnsafeMutableRawBufferPointer(start: arena.region(bytes: total), count: total)
  }

  /// The memory of one thread. Its contents are undefined.
  package subscript(thread: Int) -> Floats { memory(of: thread, as: Float.self) }

  /// Floats of each thread.
  package var count: Int { bytes / MemoryLayout<Float>.stride }

  /// The memory that all threads share; each writes only the elements that its iteration owns. Its contents are
  /// undefined.
  package var shared: Floats {
    (start + threads * bytes).bindMemory(to: Float.self, capacity: sharedBytes / MemoryLayout<Float>.stride)
  }

  /// The memory of one thread for elements of another type.
  package func memory<Element: BitwiseCopyable>(
    of thread: Int, as type: Element.Type
  ) -> UnsafeMutablePointer<Element> {
    (start + thread * bytes).bindMemory(to: type, capacity: bytes / MemoryLayout<Element>.stride)
  }

  private var start: UnsafeMutableRawPointer {
    guard let start = region?.baseAddress else { preconditionFailure("commit the workspace first") }
    return start
  }
}
