import Numerics
import Testing

/// A convolution's sizes, and its passes by plain loops in double, straight from the definition.
struct ConvolutionCase: CustomTestStringConvertible, Sendable {
  let geometry: ConvolutionGeometry

  /// The small map is as large as the padded large one allows.
  init(
    _ large: (height: Int, width: Int), _ channels: (large: Int, small: Int), kernel: (Int, Int), stride: Int,
    top: Int, left: Int, bottom: Int? = nil, right: Int? = nil
  ) {
    geometry = ConvolutionGeometry(
      large: Shape(samples: 1, height: large.height, width: large.width, channels: channels.large),
      small: Shape(
        samples: 1, height: (large.height + top + (bottom ?? top) - kernel.0) / stride + 1,
        width: (large.width + left + (right ?? left) - kernel.1) / stride + 1, channels: channels.small),
      kernel: kernel, stride: stride, top: top, left: left)
  }

  var testDescription: String {
    "\(geometry.large) to \(geometry.small), kernel \(geometry.kernelHeight)×\(geometry.kernelWidth), "
      + "stride \(geometry.stride), padding \(geometry.top), \(geometry.left)"
  }

  static let all: [ConvolutionCase] = [
    .init((7, 9), (3, 5), kernel: (4, 4), stride: 2, top: 1, left: 1),
    .init((8, 8), (3, 8), kernel: (4, 4), stride: 2, top: 1, left: 1),
    .init((6, 10), (17, 19), kernel: (4, 4), stride: 2, top: 1, left: 1),
    .init((4, 4), (33, 1), kernel: (4, 4), stride: 1, top: 0, left: 0),  // dense
    .init((3, 5), (4, 7), kernel: (3, 5), stride: 1, top: 0, left: 0),  // dense, not square
    .init((5, 6), (1, 3), kernel: (3, 3), stride: 1, top: 1, left: 1),
    .init((9, 6), (2, 4), kernel: (5, 5), stride: 1, top: 2, left: 2),
    .init((11, 9), (3, 2), kernel: (5, 5), stride: 2, top: 2, left: 2),
    .init((11, 8), (2, 3), kernel: (3, 3), stride: 3, top: 0, left: 0),
    .init((10, 13), (2, 3), kernel: (5, 5), stride: 3, top: 1, left: 1),
    .init((8, 7), (2, 3), kernel: (4, 4), stride: 3, top: 2, left: 2),
    .init((10, 7), (2, 3), kernel: (2, 2), stride: 3, top: 0, left: 0),  // pixels between the windows
    .init((5, 6), (2, 3), kernel: (4, 4), stride: 1, top: 1, left: 1, bottom: 2, right: 2),  // "same"
    .init((6, 5), (3, 2), kernel: (3, 4), stride: 1, top: 2, left: 0, bottom: 0, right: 1),
    .init((2, 1), (2, 2), kernel: (5, 5), stride: 1, top: 2, left: 2),  // a kernel wider than the map
    .init((1, 1), (300, 2), kernel: (1, 1), stride: 1, top: 0, left: 0),
    .init((24, 24), (2, 3), kernel: (3, 3), stride: 1, top: 1, left: 1),  // several products for a sample's block
  ]

  func forward(_ large: [Float], _ weights: [Float], samples: Int) -> [Double] {
    var small = [Double](repeating: 0, count: samples * geometry.small.sampleCount)
    forEachTerm(samples) { small[$2] += Double(large[$0]) * Double(weights[$1]) }
    return small
  }

  func backwardData(_ small: [Float], _ weights: [Float], samples: Int) -> [Double] {
    var large = [Double](repeating: 0, count: samples * geometry.large.sampleCount)
    forEachTerm(samples) { large[$0] += Double(small[$2]) * Double(weights[$1]) }
    return large
  }

  func backwardWeights(_ large: [Float], _ small: [Float], samples: Range<Int>) -> [Double] {
    var gradient = [Double](repeating: 0, count: geometry.weightCount)
    let (largeStart, smallStart) = (
      samples.lowerBound * geometry.large.sampleCount, samples.lowerBound * geometry.small.sampleCount
    )
    forEachTerm(samples.count) { gradient[$1] += Double(large[largeStart + $0]) * Double(small[smallStart + $2]) }
    return gradient
  }

  /// Every pair of a large and a small element that a weight connects.
  private func forEachTerm(_ samples: Int, _ body: (_ large: Int, _ weight: Int, _ small: Int) -> Void) {
    let (large, small) = (geometry.large, geometry.small)
    for sample in 0..<samples {
      for row in 0..<small.height {
        for column in 0..<small.width {
          for i in 0..<geometry.kernelHeight {
            for j in 0..<geometry.kernelWidth {
              let y = row * geometry.stride - geometry.top + i
              let x = column * geometry.stride - geometry.left + j
              guard (0..<large.height).contains(y), (0..<large.width).contains(x) else { continue }
              for a in 0..<large.channels {
                for b in 0..<small.channels {
                  body(
                    ((sample * large.height + y) * large.width + x) * large.channels + a,
                    ((i * geometry.kernelWidth + j) * large.channels + a) * small.channels + b,
                    ((sample * small.height + row) * small.width + column) * small.channels + b)
                }
              }
            }
          }
        }
      }
    }
  }
}
