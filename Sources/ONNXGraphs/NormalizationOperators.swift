import Numerics

extension GraphOperator {
  static var normalizationOperators: [String: GraphOperator] {
    [
      "BatchNormalization": GraphOperator {
        operands throws(GraphProblem) in try normalized(operands)
      }
    ]
  }

  /// Normalizes by the statistics in the file.
  private static func normalized(_ operands: GraphOperands) throws(GraphProblem) -> GraphValue {
    let mode = "an export for inference: torch.onnx.export after model.eval()"
    if let training = try operands.integer(named: "training_mode"), training != 0 {
      throw operands.unsupported("training_mode", "\(training)", "0: \(mode)")
    }
    // Until opset 13 the other outputs, the statistics of the batch, say that it is in training mode.
    let outputs = operands.node.outputs.count { !$0.isEmpty }
    guard outputs == 1 else {
      throw GraphProblem("training mode, which its \(outputs) outputs stand for", expected: mode)
    }
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
