/// The kernels, threads and memory that layers compute with.
///
/// Sendable since the threads of a loop use only the kernels and their own part of the workspace. Only the caller's
/// thread uses the arena.
package final class ComputeContext: @unchecked Sendable {
  package let kernels: Kernels
  package let threads: Threads
  /// Memory for the whole run: parameters, activations, statistics.
  package let arena: Arena
  /// Scratch memory within one call. The planner of the layers commits it before the first call.
  package let workspace: Workspace

  package init(kernels: Kernels, threads: Threads) {
    self.kernels = kernels
    self.threads = threads
    arena = Arena()
    workspace = Workspace(threads: threads.count, arena: arena)
  }
}
