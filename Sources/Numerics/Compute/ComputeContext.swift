/// What everything is computed with: the kernels, the threads, and their memory.
///
/// Sendable since a loop's threads use no more of it than the kernels and their own part of the workspace; the arena is the
/// caller's.
package final class ComputeContext: @unchecked Sendable {
  package let kernels: Kernels
  package let threads: Threads
  /// What stays: parameters, activations, statistics.
  package let arena: Arena
  /// What is needed within one call; whoever plans with it commits it before the first one.
  package let workspace: Workspace

  package init(kernels: Kernels, threads: Threads) {
    self.kernels = kernels
    self.threads = threads
    arena = Arena()
    workspace = Workspace(threads: threads.count, arena: arena)
  }
}
