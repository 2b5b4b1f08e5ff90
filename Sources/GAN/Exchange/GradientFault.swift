/// An infinite or NaN element of a gradient.
package struct GradientFault: Equatable, Sendable {
  /// The shards whose sum it is.
  package let shards: Range<Int>
  /// Index in the network's flat parameters.
  package let element: Int
  package let value: Float

  package init(shards: Range<Int>, element: Int, value: Float) {
    (self.shards, self.element, self.value) = (shards, element, value)
  }
}
