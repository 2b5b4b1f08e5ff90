/// Scratch memory of each thread, shared by all layers: as large as the largest of them needs.
package final class Workspace {
  private let threads: Int
  private let arena: Arena
  private var region: UnsafeMutableBufferPointer<Float>?
  /// Floats of each thread.
  package private(set) var count = 0
  private var sharedCount = 0

  package init(threads: Int, arena: Arena) {
    self.threads = threads
    self.arena = arena
  }

  /// Asks for at least `count` floats for each thread, which the next `commit` takes.
  package func reserve(_ count: Int) { self.count = max(self.count, (count + 15) / 16 * 16) }

  /// Asks for at least `count` floats that all threads share, which the next `commit` takes.
  package func reserve(shared count: Int) { sharedCount = max(sharedCount, (count + 15) / 16 * 16) }

  /// Takes the memory that is asked for; a smaller one, of an earlier plan, goes back.
  package func commit() {
    let total = threads * count + sharedCount
    guard region?.count != total else { return }
    if let region { arena.giveBack(region.baseAddress!) }
    region = UnsafeMutableBufferPointer(start: arena.floats(total), count: total)
  }

  /// The memory of one thread; its contents are undefined.
  package subscript(thread: Int) -> Floats { start + thread * count }

  /// The memory of all threads together; its contents are undefined.
  package var shared: Floats { start + threads * count }

  private var start: Floats {
    guard let start = region?.baseAddress else { preconditionFailure("commit the workspace first") }
    return start
  }
}
