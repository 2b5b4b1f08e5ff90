/// A batch norm of a 1×1 map, which has one value for each channel and sample. By the statistics of a single sample each
/// value becomes the shift, whatever comes in: nothing is learned, and a generator does not see its latent. PyTorch
/// refuses it in training ("Expected more than 1 value per channel when training").
package struct SingleValueNorm: Hashable, Sendable, CustomStringConvertible {
  /// `generator` or `discriminator`.
  package let network: String
  /// Index in the list of layers, from 0.
  package let layer: Int
  package let shape: FeatureShape

  /// What happens with one sample.
  package var description: String {
    "layer \(layer) of the \(network) is batchNorm of \(shape), a single value per channel, which it replaces by a "
      + "constant"
  }
}

extension ModelSpecification {
  /// The first batch norm of either network that goes by a single value if a batch has one sample.
  package var singleValueNorm: SingleValueNorm? {
    singleValueNorm(in: generatorLayers, from: latentFeatures, "generator") { _ in true }
      ?? singleValueNorm(in: discriminatorLayers, from: image, "discriminator") { _ in true }
  }

  /// The first batch norm of the generator that does so if one image is made alone with `statistics`.
  package func singleValueNorm(by statistics: BatchNormStatistics) -> SingleValueNorm? {
    singleValueNorm(in: generatorLayers, from: latentFeatures, "generator") { statistics == .batch || $0.alwaysBatch }
  }

  private var latentFeatures: FeatureShape { FeatureShape(channels: latent.size, height: 1, width: 1) }

  private func singleValueNorm(
    in layers: [LayerSpecification], from input: FeatureShape, _ network: String,
    where goesByBatch: (BatchNormSpecification) -> Bool
  ) -> SingleValueNorm? {
    // Layers that do not fit are reported elsewhere.
    guard let shapes = try? inferredShapes(of: layers, from: input) else { return nil }
    for (index, layer) in layers.enumerated() {
      guard case .batchNorm(let batchNorm) = layer, shapes[index].isVector, goesByBatch(batchNorm) else { continue }
      return SingleValueNorm(network: network, layer: index, shape: shapes[index])
    }
    return nil
  }
}
