import Numerics

/// A line of the table that `--dry-run` prints.
package struct LayerSummary {
  package let name: LayerName
  package let description: String
  /// The layer that starts the branch whose first one this is; nil for a layer that takes the output of the one before.
  package let branchesFrom: LayerName?
  /// Of one sample.
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
