import Numerics

extension GraphOperator {
  static var normalizationOperators: [String: GraphOperator] {
    [
      "BatchNormalization": GraphOperator(["epsilon", "momentum", "spatial", "training_mode"]) {
        operands throws(GraphProblem) in try normalized(operands)
      }
    ]
  }

  /// Normalizes by the statistics in the file.
  private static func normalized(_ operands: GraphOperands) throws(GraphProblem) -> GraphValue {
    try operands.require("training_mode", 0)
    try operands.require("spatial", 1)
    let input = try operands.floats(0)
    let isVector = input.shape.count == 2
    guard isVector || input.shape.count == 4 else {
      throw GraphProblem("an input of shape \(input.shape)", expected: "[n, c] or [n, c, h, w]")
    }
    let (values, shape) =
      try isVector ? FloatTensor(RowMajor(shape: input.shape + [1, 1], values: input.values)).map() : input.map()
    let channels = shape.channels
    var statistics: [Float] = []
    for index in [3, 4, 1, 2] {
      let vector = try operands.floats(index)
      guard vector.shape == [channels] else {
        throw GraphProblem("input \(index) of shape \(vector.shape)", expected: "[\(channels)]")
      }
      statistics += vector.values
    }
    let epsilon = Double(try operands.float(named: "epsilon") ?? 1e-5)
    for channel in channels..<2 * channels {
      statistics[channel] = Float(1 / (Double(statistics[channel]) + epsilon).squareRoot())
    }
    var result = values
    let (threads, kernels) = (operands.context.threads, operands.context.kernels)
    result.withUnsafeMutableBufferPointer { result in
      statistics.withUnsafeMutableBufferPointer { statistics in
        nonisolated(unsafe) let (mean, data) = (statistics.baseAddress!, result.baseAddress!)
        threads.forEach(shape.samples) { sample, _ in
          let map = data + sample * shape.sampleCount
          kernels.normalize(
            map, from: map, rows: shape.area, channels: channels, mean: mean, inverse: mean + channels,
            scale: mean + 2 * channels, shift: mean + 3 * channels, slope: 1)
        }
      }
    }
    return .floats(
      isVector
        ? FloatTensor(RowMajor(shape: input.shape, values: result)) : FloatTensor(channelsLast: result, shape))
  }
}
