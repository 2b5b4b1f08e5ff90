/// Scratch memory of each thread, shared by all layers: as large as the largest of them needs.
package final class Workspace {
  private let threads: Int
  private let arena: Arena
  private var start: Floats?
  /// Floats of each thread.
  package private(set) var count = 0
  private var sharedCount = 0

  package init(threads: Int, arena: Arena) {
    self.threads = threads
    self.arena = arena
  }

  /// Asks for at least `count` floats for each thread; possible until `commit`.
  package func reserve(_ count: Int) {
    precondition(start == nil, "planning has ended")
    self.count = max(self.count, (count + 15) / 16 * 16)
  }

  /// Asks for at least `count` floats that all threads share; possible until `commit`.
  package func reserve(shared count: Int) {
    precondition(start == nil, "planning has ended")
    sharedCount = max(sharedCount, (count + 15) / 16 * 16)
  }

  /// Ends planning and takes the memory.
  package func commit() {
    if start == nil { start = arena.floats(threads * count + sharedCount) }
  }

  /// The memory of all threads together; its contents are undefined.
  package var shared: Floats {
    guard let start else { preconditionFailure("commit the workspace first") }
    return start + threads * count
  }

  /// The memory of one thread; its contents are undefined.
  package subscript(thread: Int) -> Floats {
    guard let start else { preconditionFailure("commit the workspace first") }
    return start + thread * count
  }
}
