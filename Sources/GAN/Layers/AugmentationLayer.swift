import Numerics

/// Changes each image in training by operations that are drawn for it (`AugmentationDraw`).
final class AugmentationLayer: Layer {
  let name = LayerName.augmentation
  let isInPlace = false
  let needsOutput = false
  let outputShape: Shape
  var description: String {
    let names = DifferentiableAugmentation.Group.allCases.filter(augmentation.groups.contains).map(\.rawValue)
    let probability = augmentation.probability == 1 ? "" : ", each with probability \(augmentation.probability)"
    return names.joined(separator: ", ") + probability
  }

  private let augmentation: DifferentiableAugmentation
  private let operations: [DifferentiableAugmentation.Operation]
  private let context: ComputeContext

  init(_ augmentation: DifferentiableAugmentation, shape: Shape, context: ComputeContext) {
    self.augmentation = augmentation
    operations = augmentation.operations
    self.context = context
    outputShape = shape.with(samples: 1)
  }

  func forward(
    _ input: Tensor, into record: LayerRecord, layout: BatchLayout, mode: ForwardMode, finished: Epilogue
  ) {
    context.threads.forEach(layout.samples) { sample, _ in
      let output = record.output.sample(sample)
      output.update(from: input.sample(sample), count: outputShape.sampleCount)
      if mode == .training || mode == .tangent {
        draw(sample, record, layout)?.apply(to: output, outputShape, isLinear: mode == .tangent)
      }
      finished(sample..<sample + 1, 0..<outputShape.channels)
    }
  }

  func backward(
    _ gradient: Tensor, input: Tensor, record: LayerRecord, inputGradient: Tensor?, sums: NodeBuffers?,
    layout: BatchLayout, finished: Epilogue
  ) {
    context.threads.forEach(layout.samples) { sample, _ in
      draw(sample, record, layout)?.applyAdjoint(to: gradient.sample(sample), outputShape)
      finished(sample..<sample + 1, 0..<outputShape.channels)
    }
  }

  /// The same numbers in all passes of an update; nil if nothing is random.
  private func draw(_ sample: Int, _ record: LayerRecord, _ layout: BatchLayout) -> AugmentationDraw? {
    record.randomness.map { randomness in
      AugmentationDraw(operations, probability: augmentation.probability, image: outputShape) { operation in
        randomness.stream(.inputAugmentation, layer: operation.rawValue, sample: sample, layout)
      }
    }
  }
}
