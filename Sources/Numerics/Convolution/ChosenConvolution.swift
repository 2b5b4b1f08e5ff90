/// A convolution each of whose passes has an algorithm of its own.
package final class ChosenConvolution: Convolution {
  package let geometry: ConvolutionGeometry
  package let context: ComputeContext
  package let choice: ConvolutionChoice
  private let reducing: any Convolution
  private let expanding: any Convolution
  private let differentiating: any Convolution

  /// - Parameters:
  ///   - choice: of algorithms that suit the convolution.
  ///   - shards: the most shards whose sums this rank reduces.
  package init(
    _ geometry: ConvolutionGeometry, _ choice: ConvolutionChoice, shards: Int, context: ComputeContext
  ) {
    var planned: [ConvolutionAlgorithm: any Convolution] = [:]
    func plan(_ algorithm: ConvolutionAlgorithm) -> any Convolution {
      if let known = planned[algorithm] { return known }
      let new = algorithm.plan(geometry, shards: shards, context: context)
      planned[algorithm] = new
      return new
    }
    self.geometry = geometry
    self.context = context
    reducing = plan(choice.reduce)
    expanding = plan(choice.expand)
    differentiating = plan(choice.weightGradient)
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
