import GAN
import Numerics

extension GraphOperator {
  /// Operators of classifiers, whose features are compared; generators do not use them.
  static var poolingOperators: [String: GraphOperator] {
    [
      "AveragePool": GraphOperator { operands throws(GraphProblem) in
        let countsPadding = try operands.integer(named: "count_include_pad") ?? 0 != 0
        return try pooled(operands, start: 0, +) { sum, pixels, window in
          sum / Float(countsPadding ? window : pixels)
        }
      },
      "GlobalAveragePool": GraphOperator { operands throws(GraphProblem) in
        let (values, shape) = try operands.floats(0).map()
        var means: [Float] = []
        for sample in 0..<shape.samples {
          var sums = [Double](repeating: 0, count: shape.channels)
          for place in 0..<shape.sampleCount {
            sums[place % shape.channels] += Double(values[sample * shape.sampleCount + place])
          }
          means += sums.map { Float($0 / Double(shape.area)) }
        }
        let output = Shape(samples: shape.samples, height: 1, width: 1, channels: shape.channels)
        return .floats(FloatTensor(channelsLast: means, output))
      },
      "MaxPool": GraphOperator { operands throws(GraphProblem) in
        try pooled(operands, start: -.infinity, { max($0, $1) }) { largest, _, _ in largest }
      },
    ]
  }

  /// - Parameters:
  ///   - combine: combines the pixels of a window one after the other, from `start` on.
  ///   - finish: makes the result from the combined value, the number of the window's pixels inside the map, and the
  ///     size of the window.
  private static func pooled(
    _ operands: GraphOperands, start: Float, _ combine: @Sendable (Float, Float) -> Float,
    _ finish: @Sendable (_ combined: Float, _ pixels: Int, _ window: Int) -> Float
  ) throws(GraphProblem) -> GraphValue {
    let (values, shape) = try operands.floats(0).map()
    try operands.require("ceil_mode", 0)
    try operands.require("storage_order", 0)
    guard let kernel = try operands.integers(named: "kernel_shape"), kernel.count == 2,
      kernel.allSatisfy({ 1...FeatureShape.largestSide ~= $0 })
    else { throw GraphProblem("no kernel_shape of two sides", expected: "the sides of the window") }
    var ranges: [[Range<Int>]] = []
    for (side, size) in zip(try GraphWindow.sides(operands, kernel: kernel), [shape.height, shape.width]) {
      var side = side
      let positions = try side.reduce(size, operands)
      // Padding is narrower than the window, so no range is empty.
      ranges.append(
        (0..<positions).map { place in
          let first = place * side.stride - side.before
          return max(0, first)..<min(size, first + side.kernel)
        })
    }
    let (rows, columns, channels) = (ranges[0], ranges[1], shape.channels)
    let output = Shape(samples: shape.samples, height: rows.count, width: columns.count, channels: channels)
    let count = try FloatTensor.count(of: [output.samples, output.height, output.width, channels])
    var results = [Float](repeating: 0, count: count)
    results.withUnsafeMutableBufferPointer { results in
      values.withUnsafeBufferPointer { values in
        nonisolated(unsafe) let (source, target) = (values.baseAddress, results.baseAddress)
        operands.context.threads.forEach(shape.samples) { sample, _ in
          var pixel = target! + sample * output.sampleCount
          for row in rows {
            for column in columns {
              for channel in 0..<channels {
                var combined = start
                for y in row {
                  let line = source! + sample * shape.sampleCount + y * shape.width * channels + channel
                  for x in column { combined = combine(combined, line[x * channels]) }
                }
                pixel[channel] = finish(combined, row.count * column.count, kernel[0] * kernel[1])
              }
              pixel += channels
            }
          }
        }
      }
    }
    return .floats(FloatTensor(channelsLast: results, output))
  }
}
