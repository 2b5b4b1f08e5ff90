/// Scratch memory of each thread, shared by all layers: as large as the largest of them needs.
///
/// Sendable since it changes between loops only, and in a loop a thread has its own memory.
package final class Workspace: @unchecked Sendable {
  /// The memory of each thread begins on a cache line.
  private static let alignment = 64

  private let threads: Int
  private let arena: Arena
  private var region: UnsafeMutableRawBufferPointer?
  /// Of each thread.
  private var bytes = 0
  /// Of all threads together.
  private var sharedBytes = 0

  package init(threads: Int, arena: Arena) {
    self.threads = threads
    self.arena = arena
  }

  /// Asks for room for at least `count` elements for each thread, which the next `commit` takes.
  package func reserve<Element: BitwiseCopyable>(_ count: Int, of type: Element.Type) {
    bytes = max(bytes, Self.size(count, of: type))
  }

  /// Asks for room for at least `count` elements that all threads share, which the next `commit` takes.
  package func reserve<Element: BitwiseCopyable>(shared count: Int, of type: Element.Type) {
    sharedBytes = max(sharedBytes, Self.size(count, of: type))
  }

  private static func size<Element>(_ count: Int, of type: Element.Type) -> Int {
    (count * MemoryLayout<Element>.stride + alignment - 1) / alignment * alignment
  }

  /// Takes the memory that is asked for; a smaller one, of an earlier plan, goes back.
  package func commit() {
    let total = threads * bytes + sharedBytes
    guard region?.count != total else { return }
    if let region { arena.giveBack(region.baseAddress!) }
    region = UnsafeMutableRawBufferPointer(start: arena.region(bytes: total), count: total)
  }

  /// The memory of one thread; its contents are undefined.
  package subscript(thread: Int) -> Floats { memory(of: thread, as: Float.self) }

  /// Floats of each thread.
  package var count: Int { bytes / MemoryLayout<Float>.stride }

  /// The memory of all threads together, in which each writes what its iteration owns; its contents are undefined.
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
