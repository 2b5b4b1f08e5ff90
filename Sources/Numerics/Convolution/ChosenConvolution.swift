/// A convolution that computes each pass by its own algorithm.
package final class ChosenConvolution: Convolution {
  package let geometry: ConvolutionGeometry
  package let context: ComputeContext
  package let choice: ConvolutionChoice
  private let forwardPlan: any Convolution
  private let backwardDataPlan: any Convolution
  private let backwardWeightsPlan: any Convolution

  /// - Parameters:
  ///   - choice: algorithms that suit the convolution.
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
    forwardPlan = plan(choice.forward)
    backwardDataPlan = plan(choice.backwardData)
    backwardWeightsPlan = plan(choice.backwardWeights)
    self.choice = choice
  }

  package func forward(
    _ large: Tensor, weights: Floats, into small: Tensor, layout: BatchLayout, finished: Epilogue
  ) {
    forwardPlan.forward(large, weights: weights, into: small, layout: layout, finished: finished)
  }

  package func backwardData(
    _ small: Tensor, weights: Floats, into large: Tensor, layout: BatchLayout, finished: Epilogue
  ) {
    backwardDataPlan.backwardData(small, weights: weights, into: large, layout: layout, finished: finished)
  }

  package func backwardWeights(
    large: Tensor, small: Tensor, into sums: NodeBuffers, at offset: Int, layout: BatchLayout
  ) {
    backwardWeightsPlan.backwardWeights(large: large, small: small, into: sums, at: offset, layout: layout)
  }
}
