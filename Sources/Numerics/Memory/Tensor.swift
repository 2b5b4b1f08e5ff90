package typealias Floats = UnsafeMutablePointer<Float>

/// A batch of feature maps, channels last. The memory belongs to an `Arena`, or to a larger tensor.
///
/// Sendable since a thread writes only the samples and channels that its iteration owns.
package struct Tensor: @unchecked Sendable {
  package let shape: Shape
  package let data: Floats

  package init(_ shape: Shape, _ data: Floats) {
    self.shape = shape
    self.data = data
  }

  /// The samples of `range`, in place.
  package subscript(samples range: Range<Int>) -> Tensor {
    precondition(range.lowerBound >= 0 && range.upperBound <= shape.samples, "samples \(range) of \(shape)")
    return Tensor(shape.with(samples: range.count), data + range.lowerBound * shape.sampleCount)
  }

  /// The first element of sample `index`.
  package func sample(_ index: Int) -> Floats { data + index * shape.sampleCount }

  package var values: UnsafeMutableBufferPointer<Float> { .init(start: data, count: shape.count) }
}
