import Numerics

/// Adam (Kingma & Ba 2014, algorithm 1): bias correction, ε outside the root; weight decay is added to the gradient, as
/// in PyTorch's `Adam`.
package struct Adam: Optimizer {
  package static var states: [OptimizerState] { GradientAverages.states }

  package var learningRate: Double
  package var beta1: Double
  package var beta2: Double
  package var epsilon: Double
  package var weightDecay: Double

  package init(
    learningRate: Double = 2e-4, beta1: Double = 0.5, beta2: Double = 0.999, epsilon: Double = 1e-8,
    weightDecay: Double = 0
  ) {
    self.learningRate = learningRate
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
  }

  package var hyperparameters: [(name: String, value: Double)] {
    [
      ("learningRate", learningRate), ("beta1", beta1), ("beta2", beta2), ("epsilon", epsilon),
      ("weightDecay", weightDecay),
    ]
  }

  package func update(_ slice: OptimizerSlice, step: Int, kernels: Kernels) -> Bool {
    GradientAverages.update(
      slice, kernels,
      AdamCoefficients(
        learningRate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: weightDecay,
        isDecoupled: false, correctsBias: true, step: step))
  }
}
