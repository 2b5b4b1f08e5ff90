import Numerics

/// What whole networks may differ by from other programs' results: a contract, not a worst case, which over a dozen layers
/// would say nothing.
enum NetworkContract {
  /// Of gradients, losses and outputs, relative to the largest of them or to their norm. Three times what PyTorch itself
  /// loses in single precision against the traces' truth in double (3e-6, README.md of the fixtures), and as much as 20
  /// convolutions lose that all err to the same side by the 4e-7 of F(4×4) in layers of this size
  /// (`ConvolutionErrorBound`); between two programs in single precision, of which neither is the truth, 84 u for each.
  static let result = 1e-5

  /// Of parameters one step of the optimizer from given ones: each is rounded once, and its update, which is smaller,
  /// loses a few units.
  static let parameter = 16 * RoundingModel.unit
}
