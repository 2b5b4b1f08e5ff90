import Numerics

extension ConvolutionSpecification {
  /// Output side of a convolution: positions of the window along a side of `size`; nil if there is none.
  func reduced(_ size: Int) -> Int? {
    switch padding {
    case .same: return (size + stride - 1) / stride
    case .symmetric(let padding):
      let room = size + 2 * padding - kernel
      return room < 0 ? nil : room / stride + 1
    }
  }

  /// Output side of a transposed convolution for a side of `size`; nil if it is below 1 or above `largestSide`.
  func enlarged(_ size: Int) -> Int? {
    let side =
      switch padding {
      case .same: size * stride
      case .symmetric(let padding): (size - 1) * stride - 2 * padding + kernel + outputPadding
      }
    return 1...FeatureShape.largestSide ~= side ? side : nil
  }

  /// Pixels of padding before the first one of a side of the large map.
  func paddingBefore(large: Int, small: Int) -> Int {
    switch padding {
    case .symmetric(let padding): padding
    case .same: max(0, (small - 1) * stride + kernel - large) / 2
    }
  }

  /// The convolution from the large map to the small one; a transposed one runs from `input`, the small one.
  func geometry(isTransposed: Bool, input: Shape, output: Shape) -> ConvolutionGeometry {
    let (large, small) = isTransposed ? (output, input) : (input, output)
    return ConvolutionGeometry(
      large: large, small: small, kernel: (kernel, kernel), stride: stride,
      top: paddingBefore(large: large.height, small: small.height),
      left: paddingBefore(large: large.width, small: small.width))
  }
}
