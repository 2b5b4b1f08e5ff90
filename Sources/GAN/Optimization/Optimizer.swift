import Numerics

/// The rule that updates parameters from complete gradients. Each kind has its own file in this folder;
/// `OptimizerSpecification` lists them.
///
/// A rank updates only the slices of the flat parameters that it owns. Updates are elementwise, so that any partition
/// of the parameters gives the same bits.
package protocol Optimizer: Hashable, Sendable {
  /// Its states, one value each per parameter.
  static var states: [OptimizerState] { get }

  /// The hyperparameters by their usual names, for a replay in another framework.
  var hyperparameters: [(name: String, value: Double)] { get }

  /// Updates the parameters and the states of a slice in place.
  ///
  /// - Parameter step: number of the update, from 1.
  /// - Returns: whether the parameters and the averages of squares are finite.
  func update(_ slice: OptimizerSlice, step: Int, kernels: Kernels) -> Bool
}

/// A state of an optimizer: one value per parameter.
package struct OptimizerState: Sendable {
  /// PyTorch's name: a checkpoint has `optimizer.<tensor>.<name>`.
  package let name: String
  /// Name in messages.
  package let title: String
}

/// A part of the parameters that a rank owns.
package struct OptimizerSlice {
  package let count: Int
  package let parameters: Floats
  /// Complete: the sum over all shards of all ranks.
  package let gradient: Floats
  /// The first state; the next one begins `stateStride` floats later.
  let states: Floats
  let stateStride: Int

  func state(_ number: Int) -> Floats { states + number * stateStride }
}

/// Exponential averages of gradients and of their squares, which all three kinds use.
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
