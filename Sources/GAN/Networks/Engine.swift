import Tensor

/// What networks are planned and run with: kernels, threads, memory, and the other ranks.
package final class Engine {
  package let kernels: Kernels
  package let threads: Threads
  package let arena: Arena
  package let workspace: Workspace
  package let peers: any Peers
  /// Which algorithms the convolutions use.
  package let algorithms: KernelSettings
  /// Samples of the largest shard, by which they are chosen.
  package let samplesPerShard: Int

  package init(
    kernels: Kernels, threads: Threads, peers: any Peers, algorithms: KernelSettings = .init(),
    samplesPerShard: Int = 16
  ) {
    self.kernels = kernels
    self.algorithms = algorithms
    self.samplesPerShard = samplesPerShard
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
    algorithms = other.algorithms
    samplesPerShard = other.samplesPerShard
    self.peers = peers
  }

  var context: LayerContext {
    LayerContext(
      kernels: kernels, threads: threads, workspace: workspace, peers: peers, arena: arena, algorithms: algorithms,
      samplesPerShard: samplesPerShard)
  }
}
