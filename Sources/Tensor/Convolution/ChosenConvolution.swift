/// A convolution each of whose passes has an algorithm of its own.
package final class ChosenConvolution: Convolution {
  package let geometry: ConvolutionGeometry
  package let choice: ConvolutionChoice
  private let reducing: any Convolution
  private let expanding: any Convolution
  private let differentiating: any Convolution

  /// - Parameters:
  ///   - choice: where an algorithm has nothing for such a kernel, `direct` takes its place.
  ///   - shards: the most shards whose sums this rank reduces.
  package init(
    _ geometry: ConvolutionGeometry, _ choice: ConvolutionChoice, shards: Int, kernels: Kernels, threads: Threads,
    workspace: Workspace, arena: Arena
  ) {
    var choice = choice
    var planned: [ConvolutionAlgorithm: any Convolution] = [:]
    func plan(_ algorithm: inout ConvolutionAlgorithm) -> any Convolution {
      if !algorithm.suits(geometry) { algorithm = .direct }
      if let known = planned[algorithm] { return known }
      let new = algorithm.plan(
        geometry, shards: shards, kernels: kernels, threads: threads, workspace: workspace, arena: arena)
      planned[algorithm] = new
      return new
    }
    self.geometry = geometry
    reducing = plan(&choice.reduce)
    expanding = plan(&choice.expand)
    differentiating = plan(&choice.weightGradient)
    self.choice = choice
  }

  package func reduce(
    _ large: Tensor, weights: Floats, into small: Tensor, layout: BatchLayout, finished: Epilogue
  ) {
    reducing.reduce(large, weights: weights, into: small, layout: layout, finished: finished)
  }

  package func expand(
    _ small: Tensor, weights: Floats, into large: Tensor, layout: BatchLayout, finished: Epilogue
  ) {
    expanding.expand(small, weights: weights, into: large, layout: layout, finished: finished)
  }

  package func weightGradient(
    large: Tensor, small: Tensor, into sums: NodeBuffers, at offset: Int, layout: BatchLayout
  ) {
    differentiating.weightGradient(large: large, small: small, into: sums, at: offset, layout: layout)
  }
}
