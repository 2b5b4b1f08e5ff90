import Numerics

/// RMSprop (Tieleman & Hinton 2012, lecture 6.5) as PyTorch has it: a gradient over the root of its averaged square, no
/// momentum, no bias correction.
package struct RMSprop: Optimizer {
  /// The first one is the last gradient: a checkpoint has the same tensors whatever the optimizer.
  package static var states: [OptimizerState] { GradientAverages.states }

  package var learningRate: Double
  /// PyTorch's `alpha`: how slowly the average of the squares moves.
  package var smoothing: Double
  package var epsilon: Double
  package var weightDecay: Double

  package init(
    learningRate: Double = 2e-4, smoothing: Double = 0.99, epsilon: Double = 1e-8, weightDecay: Double = 0
  ) {
    self.learningRate = learningRate
    self.smoothing = smoothing
    self.epsilon = epsilon
    self.weightDecay = weightDecay
  }

  package var hyperparameters: [(name: String, value: Double)] {
    [
      ("learningRate", learningRate), ("beta1", 0), ("beta2", smoothing), ("epsilon", epsilon),
      ("weightDecay", weightDecay),
    ]
  }

  package func update(_ slice: OptimizerSlice, step: Int, kernels: Kernels) -> Bool {
    GradientAverages.update(
      slice, kernels,
      AdamCoefficients(
        learningRate: learningRate, beta1: 0, beta2: smoothing, epsilon: epsilon, weightDecay: weightDecay,
        isDecoupled: false, correctsBias: false, step: step))
  }
}
