import Numerics

/// A line of the table that `--dry-run` prints.
package struct LayerSummary {
  package let name: LayerName
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
        name: layer.name, description: layer.description, outputShape: layer.outputShape,
        parameterCount: layer.parameters.reduce(0) { $0 + $1.count }, algorithms: layer.algorithms)
    }
  }
}
