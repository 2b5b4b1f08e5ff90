import Numerics

/// A line of the table that `--dry-run` prints.
package struct LayerSummary {
  package let name: LayerName
  package let description: String
  /// For the first layer of a branch, the layer whose output it takes; nil for other layers.
  package let branchesFrom: LayerName?
  /// Shape of one sample.
  package let outputShape: Shape
  package let parameterCount: Int
  package let algorithms: KernelSettings.Layer?
}

extension Network {
  package var summary: [LayerSummary] {
    layers.enumerated().map { place, layer in
      LayerSummary(
        name: layer.name, description: layer.description,
        branchesFrom: startsBranch(place) ? layers[sources[place]].name : nil, outputShape: layer.outputShape,
        parameterCount: layer.parameters.reduce(0) { $0 + $1.count }, algorithms: layer.algorithms)
    }
  }
}
