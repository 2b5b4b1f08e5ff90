/// An operation on D's input, real images and fakes, in D's and in G's updates: a layer before D's own, without
/// parameters. G's gradient goes through its backward pass (the adjoint), a gradient penalty through its tangent pass.
/// Each image gets new random numbers in each pass.
package enum InputOperation: Hashable, Sendable {
  /// Adds normal noise of this standard deviation, in training.
  case noise(standardDeviation: Float)
}
