/// How tables and messages call a layer.
package enum LayerName: Hashable, Sendable, CustomStringConvertible {
  /// An entry of the layer list; its number, counting as nn.Sequential does. Where an entry is computed with the one
  /// before it, that one's.
  case entry(Int)
  /// What adds `train.inputNoise` to the input in training: no entry of the list, and without parameters.
  case inputNoise

  /// `2`, or the setting that the layer stands for.
  package var description: String {
    switch self {
    case .entry(let index): "\(index)"
    case .inputNoise: "inputNoise"
    }
  }
}
