/// What is done to images on their way into D: to real ones and fakes, in D's updates and in G's. Each is a layer in front of
/// D's own, without parameters: G's gradient goes back through it (its adjoint), a gradient penalty along it (its tangent).
/// Random numbers are drawn anew for each image in each pass.
package enum InputOperation: Hashable, Sendable {
  /// Normal noise of this standard deviation is added, in training.
  case noise(standardDeviation: Float)
}
