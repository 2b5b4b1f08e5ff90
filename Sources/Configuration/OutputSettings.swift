import GAN
import ImageIO
import Reporting

/// What a run writes.
package struct OutputSettings: Hashable, Sendable {
  package enum LogFormat: String, Hashable, Sendable, CaseIterable {
    case standard
    /// A recipe's own lines.
    case architecture, fashion, glasses, ganlab
  }
  package enum Best: String, Hashable, Sendable, CaseIterable {
    /// No checkpoint is kept for its quality.
    case none
    /// The sliced Wasserstein distance of new samples to the held-out images.
    case slicedWasserstein
    /// D's loss on the held-out images.
    case lossHeldOut
  }
  package enum OnnxExport: String, Hashable, Sendable, CaseIterable {
    /// `generator.onnx` is written with each checkpoint.
    case checkpoints
    /// When training ends.
    case end
    case never
  }
  package enum Latents: String, Hashable, Sendable, CaseIterable {
    /// The same for all samples of a run.
    case fixed
    /// New ones for each sample.
    case fresh
  }
  package enum LoggedLosses: String, Hashable, Sendable, CaseIterable {
    /// As the updates found them, each before its own.
    case step
    /// Of the same images and latents, by both networks after their updates.
    case recomputed
  }
  package struct Samples: Hashable, Sendable {
    package var every = Interval.steps(200)
    package var count = 64
    package var statistics = BatchNormStatistics.batch
    package var latents = Latents.fixed
    /// How the images lie in a grid and which values are black and white.
    package var grid = Grid()
    package var final = 0
    package var afterResume = false
  }
  package struct Checkpoints: Hashable, Sendable {
    package var every = Interval.steps(500)
    package var keep = 3
    package var best = Best.none
  }
  package struct Log: Hashable, Sendable {
    package var every = Interval.steps(50)
    package var format = LogFormat.standard
    package var losses = LoggedLosses.step
  }

  package var folder = "runs"
  package var samples = Samples()
  package var checkpoints = Checkpoints()
  package var log = Log()
  package var onnx = OnnxExport.checkpoints
  package var tensorboard = true
}

extension OutputSettings {
  /// The keys of `output`.
  mutating func declare(_ keys: any SettingKeys) {
    keys.value("folder", &folder, .text, "Where the run's folder is, counted from the working directory.")
    keys.group("samples", "Grids of images that G makes during the run.") { samples.declare($0) }
    keys.group("checkpoints", "What a run goes on from.") { checkpoints.declare($0) }
    keys.group("log", "The lines of the terminal and of metrics.jsonl.") { log.declare($0) }
    keys.value("onnx", &onnx, .choice, "When generator.onnx is written.")
    keys.value("tensorboard", &tensorboard, .truth, older: false, "Whether event files for TensorBoard are written.")
  }
}

extension OutputSettings.Samples {
  fileprivate mutating func declare(_ keys: any SettingKeys) {
    keys.value("every", &every, .interval, "Steps, or such as 5 epochs, from one to the next.")
    keys.value("count", &count, .whole(1...4096), "Images of a sample.")
    keys.value(
      "batchNorm", &statistics, .choice, "Batch norm by the moments of the sample's own batch, or by the running ones.")
    keys.value("latents", &latents, .choice, "The same for all samples of a run, or fresh ones for each.")
    keys.value("columns", &grid.columns, .whole(1...4096), "Images side by side.")
    keys.value("padding", &grid.padding, .whole(0...256), "Black pixels between them.")
    keys.value(
      "normalize", &grid.range, .choice,
      "Black and white are -1 and 1 (range), or the smallest and largest value of the grid.")
    keys.value(
      "final", &final, .whole(0...4096), "Images side by side in samples/final.png at the end; 0 for no such file.")
    keys.value("afterResume", &afterResume, .truth, "Whether a run that goes on begins with a sample.")
  }
}

extension OutputSettings.Checkpoints {
  fileprivate mutating func declare(_ keys: any SettingKeys) {
    keys.value("every", &every, .interval, "Steps or epochs from one to the next; there is one at the end in any case.")
    keys.value("keep", &keep, .whole(1...Int.max), "How many of the newest stay.")
    keys.value(
      "best", &best, .choice, "By what measure, the smaller the better, one more is kept as best.safetensors.")
  }
}

extension OutputSettings.Log {
  fileprivate mutating func declare(_ keys: any SettingKeys) {
    keys.value("every", &every, .interval, "Steps or epochs from line to line.")
    keys.value("format", &format, .choice, "The program's own lines, or a recipe's.")
    keys.value(
      "losses", &losses, .choice, "As the updates found them, each before its own, or recomputed after both.")
  }
}
