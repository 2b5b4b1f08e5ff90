import Tensor

/// ReLU, LeakyReLU or tanh on its own. After a batch norm the rectifiers are part of it instead.
final class ActivationLayer: Layer {
  enum Function {
    /// max(x, slope · x); slope 0 is ReLU.
    case leakyRelu(slope: Float)
    case tanh
  }

  let index: Int
  let isInPlace: Bool
  let outputShape: Shape
  var description: String {
    switch function {
    case .leakyRelu(0): "ReLU"
    case .leakyRelu(let slope): "LeakyReLU \(slope)"
    case .tanh: "tanh"
    }
  }

  private let function: Function
  private let context: LayerContext

  /// - Parameter isInPlace: whether nobody needs the input any more: neither the caller, whose it is before the first
  ///   layer, nor an activation whose derivative is computed from it.
  init(index: Int, _ function: Function, isInPlace: Bool, shape: Shape, context: LayerContext) {
    self.index = index
    self.isInPlace = isInPlace
    self.function = function
    self.context = context
    outputShape = shape
  }

  func forward(_ input: Tensor, into record: LayerRecord, layout: BatchLayout, mode: ForwardMode) {
    let count = outputShape.sampleCount
    context.threads.forEach(layout.samples) { [function, isInPlace, kernels = context.kernels] sample, _ in
      let output = record.output.sample(sample)
      if !isInPlace { output.update(from: input.sample(sample), count: count) }
      switch function {
      case .leakyRelu(let slope): kernels.leakyRelu(output, count: count, slope: slope)
      case .tanh: kernels.tanh(output, count: count)
      }
    }
  }

  func backward(
    _ gradient: Tensor, input: Tensor, record: LayerRecord, inputGradient: Tensor?, sums: NodeBuffers?,
    layout: BatchLayout
  ) {
    let count = outputShape.sampleCount
    context.threads.forEach(layout.samples) { [function, kernels = context.kernels] sample, _ in
      let output = record.output.sample(sample)
      switch function {
      case .leakyRelu(let slope):
        kernels.leakyReluBackward(gradient.sample(sample), output: output, count: count, slope: slope)
      case .tanh: kernels.tanhBackward(gradient.sample(sample), output: output, count: count)
      }
    }
  }
}
