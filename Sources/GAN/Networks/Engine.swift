import Tensor

/// What networks are planned and run with: kernels, threads, memory, and the other ranks.
package final class Engine {
  package let kernels: Kernels
  package let threads: Threads
  package let arena: Arena
  package let workspace: Workspace
  package let peers: any Peers

  package init(kernels: Kernels, threads: Threads, peers: any Peers) {
    self.kernels = kernels
    self.threads = threads
    self.peers = peers
    arena = Arena()
    workspace = Workspace(threads: threads.count, arena: arena)
  }

  /// The same kernels, threads and memory, on its own among `peers`.
  init(sharing other: Engine, peers: any Peers) {
    kernels = other.kernels
    threads = other.threads
    arena = other.arena
    workspace = other.workspace
    self.peers = peers
  }

  var context: LayerContext {
    LayerContext(kernels: kernels, threads: threads, workspace: workspace, peers: peers, arena: arena)
  }
}
