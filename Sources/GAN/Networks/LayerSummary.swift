import Tensor

/// A line of the table that `--dry-run` prints.
package struct LayerSummary {
  /// Counting as nn.Sequential does.
  package let index: Int
  package let description: String
  /// Of one sample.
  package let outputShape: Shape
  package let parameterCount: Int
  package let algorithms: KernelSettings.Layer?
}

extension Network {
  package var summary: [LayerSummary] {
    layers.map { layer in
      LayerSummary(
        index: layer.index, description: layer.description, outputShape: layer.outputShape,
        parameterCount: layer.parameters.reduce(0) { $0 + $1.count }, algorithms: layer.algorithms)
    }
  }
}
