/// A planned convolution: its shapes are known and its workspace is reserved, so that it can run step after step. Every
/// result depends on its shard's samples alone, on any number of threads.
///
/// Passes are named from the point of view of the ordinary convolution, which goes from the large map to the small one.
/// A transposed convolution goes the other way: its forward pass is `backwardData`, and its backward data pass is
/// `forward`.
package protocol Convolution: Sendable {
  var geometry: ConvolutionGeometry { get }
  var context: ComputeContext { get }

  /// small ← weights applied to large.
  func forward(_ large: Tensor, weights: Floats, into small: Tensor, layout: BatchLayout, finished: Epilogue)

  /// large ← the adjoint of `forward` applied to small.
  func backwardData(_ small: Tensor, weights: Floats, into large: Tensor, layout: BatchLayout, finished: Epilogue)

  /// The gradient of Σ small · forward(large) with respect to the weights: for each group and node of `sums` the sum
  /// over its shards, written at `offset`.
  func backwardWeights(large: Tensor, small: Tensor, into sums: NodeBuffers, at offset: Int, layout: BatchLayout)
}

/// The work that follows a convolution, done while its outputs are still in the cache. Called by any thread with
/// complete samples and channels, once for each channel of each sample.
package typealias Epilogue = @Sendable (_ samples: Range<Int>, _ channels: Range<Int>) -> Void

extension Convolution {
  var kernels: Kernels { context.kernels }
  var threads: Threads { context.threads }
  var workspace: Workspace { context.workspace }

  /// `forward` without an epilogue.
  package func forward(_ large: Tensor, weights: Floats, into small: Tensor, layout: BatchLayout) {
    forward(large, weights: weights, into: small, layout: layout) { _, _ in }
  }

  /// `backwardData` without an epilogue.
  package func backwardData(_ small: Tensor, weights: Floats, into large: Tensor, layout: BatchLayout) {
    backwardData(small, weights: weights, into: large, layout: layout) { _, _ in }
  }
}
