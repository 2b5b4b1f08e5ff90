/// The name of a layer in tables and messages.
package enum LayerName: Hashable, Sendable, CustomStringConvertible {
  /// An entry of the layer list, by its index in nn.Sequential. A layer that computes two entries has the first one's
  /// index.
  case entry(Int)
  /// The layer that adds `train.inputNoise` to the input in training; no entry of the list, without parameters.
  case inputNoise

  /// `2`, or the setting that the layer stands for.
  package var description: String {
    switch self {
    case .entry(let index): "\(index)"
    case .inputNoise: "inputNoise"
    }
  }
}
