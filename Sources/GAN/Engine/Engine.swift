import Numerics

/// The environment of networks: a compute context, the other ranks, and the choice of algorithms.
package final class Engine {
  package let context: ComputeContext
  package let peers: any Peers
  /// Algorithms of the convolutions.
  package let algorithms: KernelSettings
  /// Samples of the largest shard, for the automatic choice of algorithms.
  package let samplesPerShard: Int

  package init(
    _ context: ComputeContext, peers: any Peers, algorithms: KernelSettings = .init(), samplesPerShard: Int = 16
  ) {
    self.context = context
    self.peers = peers
    self.algorithms = algorithms
    self.samplesPerShard = samplesPerShard
  }

  /// Creates a context of its own.
  package convenience init(
    kernels: Kernels, threads: Threads, peers: any Peers, algorithms: KernelSettings = .init(),
    samplesPerShard: Int = 16
  ) {
    self.init(
      ComputeContext(kernels: kernels, threads: threads), peers: peers, algorithms: algorithms,
      samplesPerShard: samplesPerShard)
  }

  /// Uses `other`'s context and algorithms with other `peers`.
  convenience init(sharing other: Engine, peers: any Peers) {
    self.init(other.context, peers: peers, algorithms: other.algorithms, samplesPerShard: other.samplesPerShard)
  }

  package var kernels: Kernels { context.kernels }
  package var threads: Threads { context.threads }
  package var arena: Arena { context.arena }
  package var workspace: Workspace { context.workspace }
}
