import Numerics

/// Adam with weight decay apart from the gradient (Loshchilov & Hutter 2019, algorithm 2).
package struct AdamW: Optimizer {
  package static var states: [OptimizerState] { GradientAverages.states }

  /// All hyperparameters; only the weight decay is applied differently.
  package var adam: Adam

  package init(_ adam: Adam = .init()) { self.adam = adam }

  package var hyperparameters: [(name: String, value: Double)] { adam.hyperparameters }

  package func update(_ slice: OptimizerSlice, step: Int, kernels: Kernels) -> Bool {
    GradientAverages.update(
      slice, kernels,
      AdamCoefficients(
        learningRate: adam.learningRate, beta1: adam.beta1, beta2: adam.beta2, epsilon: adam.epsilon,
        weightDecay: adam.weightDecay, isDecoupled: true, correctsBias: true, step: step))
  }
}
