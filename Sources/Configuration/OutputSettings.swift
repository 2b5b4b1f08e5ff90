import GAN
import ImageIO
import Reporting

/// Files and log lines of a run.
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

    /// The side of the smallest images that the sliced Wasserstein distance compares: that of its patches.
    package static let smallestSide = 7
  }
  package enum OnnxExport: String, Hashable, Sendable, CaseIterable {
    /// `generator.onnx` is written with each checkpoint.
    case checkpoints
    /// Only when training ends.
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
    /// Each network's loss as computed before its own update.
    case step
    /// Recomputed by both networks after their updates, on the same images and latents.
    case recomputed
  }
  package struct Samples: Hashable, Sendable {
    package var every = Interval.steps(200)
    package var count = 64
    package var statistics = BatchNormStatistics.batch
    package var latents = Latents.fixed
    /// Layout of the grid, and the values of black and white.
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
    keys.value(
      "folder", &folder, .workingFolder, "Parent folder of the run's folder; relative to the working directory.")
    keys.group("samples", "Grids of images that G makes during the run.") { samples.declare($0) }
    keys.group("checkpoints", "Saved states from which a run continues.") { checkpoints.declare($0) }
    keys.group("log", "The lines of the terminal and of metrics.jsonl.") { log.declare($0) }
    keys.value("onnx", &onnx, .choice, "Time at which generator.onnx is written.")
    keys.value("tensorboard", &tensorboard, .truth, older: false, "Whether event files for TensorBoard are written.")
  }
}

extension OutputSettings.Samples {
  fileprivate mutating func declare(_ keys: any SettingKeys) {
    keys.value("every", &every, .interval, "Interval in steps or epochs.")
    keys.value("count", &count, .whole(1...4096), "Images of a sample.")
    keys.value(
      "batchNorm", &statistics, .choice,
      "Batch norm by the statistics of the sample's own batch, or by the running statistics.")
    keys.value("latents", &latents, .choice, "Fixed latents for all samples of a run, or fresh ones for each.")
    keys.value("columns", &grid.columns, .whole(1...4096), "Images side by side.")
    keys.value("padding", &grid.padding, .whole(0...256), "Black pixels between them.")
    keys.value(
      "normalize", &grid.range, .choice,
      "Black and white are -1 and 1 (range), or the smallest and largest value of the grid.")
    keys.value(
      "final", &final, .whole(0...4096), "Images side by side in samples/final.png at the end; 0 for no such file.")
    keys.value("afterResume", &afterResume, .truth, "Whether a continued run begins with a sample.")
  }
}

extension OutputSettings.Checkpoints {
  fileprivate mutating func declare(_ keys: any SettingKeys) {
    keys.value("every", &every, .interval, "Interval in steps or epochs; there is always one at the end.")
    keys.value("keep", &keep, .whole(1...Int.max), "Number of newest checkpoints to keep.")
    keys.value(
      "best", &best, .choice, "Measure by which the best checkpoint is kept as best.safetensors; smaller is better.")
  }
}

extension OutputSettings.Log {
  fileprivate mutating func declare(_ keys: any SettingKeys) {
    keys.value("every", &every, .interval, "Interval in steps or epochs.")
    keys.value("format", &format, .choice, "The program's own lines, or a recipe's.")
    keys.value(
      "losses", &losses, .choice, "Losses as computed before each network's update, or recomputed after both.")
  }
}
