import Numerics

/// Allowed differences of whole networks from other programs' results: a contract, not a worst-case bound, which would
/// be too large to be useful over a dozen layers.
enum NetworkContract {
  /// Of gradients, losses and outputs, relative to the largest of them or to their norm. It is three times the error of
  /// PyTorch itself in single precision against the traces' truth in double (3e-6, README.md of the fixtures). It
  /// covers 20 convolutions whose errors of 4e-7, those of F(4×4) in layers of this size (`ConvolutionErrorBound`), all
  /// have the same sign. Between two programs in single precision it allows 84 u for each.
  static let result = 1e-5

  /// Of parameters after one optimizer step from given ones: each is rounded once, and its update, which is smaller,
  /// errs by a few units.
  static let parameter = 16 * RoundingModel.unit
}
