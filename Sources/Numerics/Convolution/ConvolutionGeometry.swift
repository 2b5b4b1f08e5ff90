import CKernels

/// A convolution between a large map and a small one: the small map's pixel (y, x) sees the large map's pixels
/// (y · stride − top + i, x · stride − left + j). A convolution goes from large to small, a transposed one from small
/// to large; the backward data pass of each is the forward pass of the other. Weights are a matrix
/// [kernel row, kernel column, large channel][small channel].
package struct ConvolutionGeometry: Hashable, Sendable {
  /// Shape of one sample of the large map.
  package let large: Shape
  /// Shape of one sample of the small map.
  package let small: Shape
  package let kernelHeight: Int
  package let kernelWidth: Int
  package let stride: Int
  /// Rows of padding above the large map.
  package let top: Int
  /// Columns of padding left of the large map.
  package let left: Int

  package init(large: Shape, small: Shape, kernel: (height: Int, width: Int), stride: Int, top: Int, left: Int) {
    self.large = large.with(samples: 1)
    self.small = small.with(samples: 1)
    kernelHeight = kernel.height
    kernelWidth = kernel.width
    self.stride = stride
    self.top = top
    self.left = left
  }

  package var taps: Int { kernelHeight * kernelWidth }
  /// Columns of the patch matrix: taps · large channels.
  package var patch: Int { taps * large.channels }
  package var weightCount: Int { patch * small.channels }

  /// Whether a patch is a whole sample of the large map, so that the patch matrix is the map itself.
  package var isDense: Bool {
    small.area == 1 && kernelHeight == large.height && kernelWidth == large.width && top == 0 && left == 0
  }

  /// Multiply-adds of one pass over one sample.
  package var multiplyAdds: Int { small.area * patch * small.channels }

  var code: dt_convolution {
    dt_convolution(
      large_height: large.height, large_width: large.width, large_channels: large.channels,
      small_height: small.height, small_width: small.width, small_channels: small.channels,
      kernel_height: kernelHeight, kernel_width: kernelWidth, stride: stride, top: top, left: left)
  }
}

/// The order of a convolution's weights in memory and in files.
extension ConvolutionGeometry {
  /// Copies from PyTorch's order [small channel][large channel][kernel row][kernel column], which is the same for
  /// convolutions and transposed ones.
  package func setWeights(_ weights: Floats, fromPyTorch values: UnsafePointer<Float>) {
    for small in 0..<small.channels {
      for large in 0..<large.channels {
        for tap in 0..<taps {
          weights[(tap * self.large.channels + large) * self.small.channels + small] =
            values[(small * self.large.channels + large) * taps + tap]
        }
      }
    }
  }

  /// Copies to PyTorch's order.
  package func copyWeights(_ weights: UnsafePointer<Float>, toPyTorch values: Floats) {
    for small in 0..<small.channels {
      for large in 0..<large.channels {
        for tap in 0..<taps {
          values[(small * self.large.channels + large) * taps + tap] =
            weights[(tap * self.large.channels + large) * self.small.channels + small]
        }
      }
    }
  }
}
