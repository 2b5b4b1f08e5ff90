import Numerics

/// RMSprop (Tieleman & Hinton 2012, lecture 6.5) as in PyTorch: the gradient divided by the root of its averaged
/// square, without momentum and bias correction.
package struct RMSprop: Optimizer {
  /// The first state is the last gradient, so that checkpoints have the same tensors for every optimizer.
  package static var states: [OptimizerState] { GradientAverages.states }

  package var learningRate: Double
  /// PyTorch's `alpha`: decay rate of the average of the squares.
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
