import Configuration
import GAN
import ImageMetrics
import Numerics

/// Measures the quality of the model, for `output.checkpoints.best`.
final class QualityMeasure {
  /// The number of samples, and of held-out images, that are compared.
  static let compared = 512
  /// Samples that are made at a time; with batch statistics they depend on each other.
  private static let portion = 64

  private let state: RunState
  private let heldOut: HeldOutImages
  private let measure: OutputSettings.Best
  /// The images held out, once they are gathered; empty on other ranks than 0.
  private var real: ImageArray?
  /// On rank 0.
  private var generator: ImageGenerator?

  /// - Returns: nil if the configuration names no measure.
  init?(_ state: RunState, _ heldOut: HeldOutImages?) {
    measure = state.configuration.output.checkpoints.best
    guard measure != .none, let heldOut else { return nil }
    self.state = state
    self.heldOut = heldOut
  }

  /// Of the model after `steps` steps. Collective.
  func quality(after steps: Int) throws -> ModelQuality {
    try state.job.activity.during(.evaluation) { try measured(after: steps) }
  }

  private func measured(after steps: Int) throws -> ModelQuality {
    let value =
      switch measure {
      case .none: Double.nan
      case .lossHeldOut: try heldOut.scores(after: steps).loss
      case .slicedWasserstein: try distance(after: steps)
      }
    return ModelQuality(measure: measure.rawValue, value: value)
  }

  private func distance(after steps: Int) throws -> Double {
    if real == nil { real = try heldOut.gather(Self.compared) }
    var bytes: [UInt8] = []
    try state.makeImages {
      let seed = state.configuration.seed
      let measure = SlicedWasserstein(seed: seed, context: state.engine.context)
      let levels = measure.distances(real!, try samples(steps))
      let mean = levels.reduce(0) { $0 + $1.distance } / Double(levels.count)
      bytes = withUnsafeBytes(of: mean) { Array($0) }
    }
    return try state.job.broadcast(bytes).withUnsafeBytes { $0.loadUnaligned(as: Double.self) }
  }

  private func samples(_ steps: Int) throws -> ImageArray {
    let generator =
      self.generator
      ?? ImageGenerator(
        state.samplingModel, count: Self.portion, scratch: state.step.scratch, engine: state.engine)
    self.generator = generator
    let shape = state.configuration.model.imageShape
    var values: [Float] = []
    for first in stride(from: 0, to: Self.compared, by: Self.portion) {
      generator.drawFreshLatents(step: steps, firstSample: Self.measured + first)
      values += try generator.images().channelsFirst
    }
    return ImageArray(
      count: Self.compared, channels: shape.channels, height: shape.height, width: shape.width, values: values)
  }

  /// Index of the first latent: far from those of the samples that a run shows.
  private static let measured = 1 << 20
}
