/// A convolution that has been planned: its shapes are known and its workspace is taken, so that it can be executed
/// step after step. Every result is a function of its shard's samples alone, on any number of threads.
package protocol Convolution: Sendable {
  var geometry: ConvolutionGeometry { get }
  var context: ComputeContext { get }

  /// small ← weights applied to large: a convolution's forward pass, or a transposed one's data gradient.
  func reduce(_ large: Tensor, weights: Floats, into small: Tensor, layout: BatchLayout, finished: Epilogue)

  /// large ← the adjoint of `reduce` applied to small: a transposed convolution's forward pass, or a convolution's data
  /// gradient.
  func expand(_ small: Tensor, weights: Floats, into large: Tensor, layout: BatchLayout, finished: Epilogue)

  /// The gradient of Σ small · reduce(large) with respect to the weights: for each group and node of `sums` the sum over
  /// its shards, written at `offset`.
  func weightGradient(large: Tensor, small: Tensor, into sums: NodeBuffers, at offset: Int, layout: BatchLayout)
}

/// Called by any thread, once for each channel of each sample, when these are complete and still in the cache: what follows
/// a convolution works on them there.
package typealias Epilogue = @Sendable (_ samples: Range<Int>, _ channels: Range<Int>) -> Void

extension Convolution {
  var kernels: Kernels { context.kernels }
  var threads: Threads { context.threads }
  var workspace: Workspace { context.workspace }

  /// `reduce` with nothing to follow.
  package func reduce(_ large: Tensor, weights: Floats, into small: Tensor, layout: BatchLayout) {
    reduce(large, weights: weights, into: small, layout: layout) { _, _ in }
  }

  /// `expand` with nothing to follow.
  package func expand(_ small: Tensor, weights: Floats, into large: Tensor, layout: BatchLayout) {
    expand(small, weights: weights, into: large, layout: layout) { _, _ in }
  }
}
