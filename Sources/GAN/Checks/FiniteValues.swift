import Numerics

/// The first infinite or NaN value of a pass, with its location.
package struct NonFiniteValue: Error, CustomStringConvertible {
  package let network: String
  package let layer: LayerName
  package let tensor: String
  package let group: Int
  /// Index over all ranks.
  package let shard: Int
  package let value: Float

  package var description: String {
    let batch = network == "discriminator" && group > 0 ? " (fake images)" : ""
    return "\(network), layer \(layer): \(tensor) has the value \(value), in shard \(shard)\(batch)"
  }
}

extension LayerEvent {
  /// Throws if any value is not finite.
  package func requireFinite() throws(NonFiniteValue) {
    for (group, segments) in layout.segments.enumerated() {
      for (shard, samples) in segments.enumerated() {
        let values = tensor[samples: samples].values
        guard let value = values.first(where: { !$0.isFinite }) else { continue }
        throw NonFiniteValue(
          network: network, layer: layer, tensor: kind.rawValue, group: group,
          shard: layout.reduction.range.lowerBound + shard, value: value)
      }
    }
  }
}
