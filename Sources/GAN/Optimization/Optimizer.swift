import Numerics

/// The rule by which complete gradients move parameters. Each kind is a file of its own in this folder;
/// `OptimizerSpecification` names them.
///
/// A rank updates only the slices of the flat parameters that it owns, element by element, so that any cut of the
/// parameters gives the same bits.
package protocol Optimizer: Hashable, Sendable {
  /// What it keeps of each parameter.
  static var states: [OptimizerState] { get }

  /// The numbers that a replay in another framework needs, by their usual names.
  var hyperparameters: [(name: String, value: Double)] { get }

  /// Moves the parameters of a slice in place, and their states.
  ///
  /// - Parameter step: number of the update, from 1.
  /// - Returns: whether the parameters and what is a sum of squares are finite.
  func update(_ slice: OptimizerSlice, step: Int, kernels: Kernels) -> Bool
}

/// What an optimizer keeps of each parameter.
package struct OptimizerState: Sendable {
  /// PyTorch's name: a checkpoint has `optimizer.<tensor>.<name>`.
  package let name: String
  /// For messages.
  package let title: String
}

/// Some of the parameters that a rank owns.
package struct OptimizerSlice {
  package let count: Int
  package let parameters: Floats
  /// Complete: the sum over all shards of all ranks.
  package let gradient: Floats
  /// The first state; the next one begins `stateStride` floats behind it.
  let states: Floats
  let stateStride: Int

  func state(_ number: Int) -> Floats { states + number * stateStride }
}

/// An exponential average of gradients and one of their squares, by which all three kinds move parameters.
enum GradientAverages {
  static let states = [
    OptimizerState(name: "exp_avg", title: "averaged gradient"),
    OptimizerState(name: "exp_avg_sq", title: "squared gradient"),
  ]

  static func update(_ slice: OptimizerSlice, _ kernels: Kernels, _ coefficients: AdamCoefficients) -> Bool {
    kernels.adam(
      slice.parameters, gradient: slice.gradient, mean: slice.state(0), square: slice.state(1), count: slice.count,
      coefficients)
  }
}
