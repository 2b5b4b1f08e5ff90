import GAN
import ImageIO

/// A run, as its YAML file and `--set` describe it; every value has been checked, alone and against the others.
package struct Configuration: Hashable, Sendable {
  /// Of the run and of its folder; without the key, the configuration file's name without its extension.
  package var name: String
  /// All random numbers follow from it. From 0 to 2^63 − 1; 1 by default.
  package var seed: UInt64
  package var data: DataSettings
  package var model: ModelSpecification
  package var train: TrainSettings
  /// Threads a rank; `auto` is the cores this rank may use ÷ ranks that share them.
  package var threads: CountSetting
  /// Seconds of silence after which a rank is taken to hang and the job ends; 60 by default, 0 for never.
  package var watchdog: Int
  /// Which algorithms the convolutions use, where the automatic choice is not wanted; `auto` by default.
  package var kernels: KernelSettings
  package var output: OutputSettings
}

/// A number, or `auto`: left to the program.
package enum CountSetting: Hashable, Sendable {
  case automatic
  case fixed(Int)
}

/// How often something happens.
package enum Interval: Hashable, Sendable, CustomStringConvertible {
  case steps(Int)
  case epochs(Int)

  /// As in the configuration: `200`, or `5 epochs`.
  package var description: String {
    switch self {
    case .steps(let count): "\(count)"
    case .epochs(let count): "\(count) epochs"
    }
  }
}

/// Where pictures come from and what is done to them.
package struct DataSettings: Hashable, Sendable {
  package enum Source: String, Hashable, Sendable, CaseIterable {
    /// Pictures in a folder and its sub-folders.
    case folder
    /// CelebA's aligned photographs with its lists.
    case celeba
    /// The files of MNIST, Fashion-MNIST, EMNIST and their likes, gzipped or not.
    case idx
    /// The cropped digits of SVHN, in MATLAB files.
    case svhn
    /// Facades drawn by a seeded program.
    case synthetic
  }
  package enum OnBadImage: String, Hashable, Sendable, CaseIterable {
    case fail, skip
  }
  package enum Cache: Hashable, Sendable {
    case automatic
    case off
    case folder(String)
  }

  /// `folder` by default.
  package var source: Source
  /// Absolute; nil only for `synthetic`.
  package var path: String?
  /// Which of the published files, of `idx` and `svhn`; `train` by default.
  package var split: DataSplit
  /// Which part of EMNIST, of `idx`; nil, the default, for MNIST's own names or else EMNIST's `balanced`.
  package var emnist: EMNISTSplit?
  /// Whether `idx` stores rows as columns; nil, the default, for what the file's name says.
  package var transpose: Bool?
  /// Which pictures of `celeba`; everything by default.
  package var celeba: CelebASelection
  /// `crop` by default. Side and channels of the pictures are the model's.
  package var resize: Transform.Fit
  /// Whether downsampling averages over all pixels that an output pixel covers; true by default.
  package var antialias: Bool
  /// True by default.
  package var shuffle: Bool
  /// `drop` by default.
  package var lastBatch: LastBatch
  /// Which files of a folder, by their name; `*` by default.
  package var pattern: String
  /// The share of the pictures that is held out; 0 by default.
  package var validation: Double
  /// Random changes of a picture each time it is seen; none by default.
  package var augment: Augmentation
  /// First N pictures; nil, the default, is all.
  package var limit: Int?
  /// `exact` by default.
  package var decode: Transform.Decoding
  /// `fail` by default.
  package var onBadImage: OnBadImage
  /// Where decoded pictures are kept; `auto` by default.
  package var cache: Cache
  /// Pictures that the synthetic source draws; 2000 by default.
  package var syntheticCount: Int
}

/// What a step is and how many there are.
package struct TrainSettings: Hashable, Sendable {
  /// Images a step, over all ranks; 128 by default.
  package var batch: Int
  /// `auto` by default, which is min(max(8, ranks), batch).
  package var shards: CountSetting
  /// The first of both that is reached ends the run; one is there at least.
  package var steps: Int?
  package var epochs: Int?
  package var loss: LossSpecification
  /// Deviation of the normal noise that is added to what D sees; 0 by default.
  package var inputNoise: Float
  package var noise: NoisePolicy
  /// One each by default.
  package var updates: UpdateCounts
  /// `once` by default.
  package var generatorStatistics: GeneratorStatistics
  package var generator: AdamSpecification
  package var discriminator: AdamSpecification

  /// Shards of a batch on so many ranks.
  package func shardCount(ranks: Int) -> Int {
    switch shards {
    case .automatic: ShardPlan.automaticShards(batch: batch, ranks: ranks)
    case .fixed(let count): count
    }
  }
}

/// What a run writes.
package struct OutputSettings: Hashable, Sendable {
  package enum Statistics: String, Hashable, Sendable, CaseIterable {
    /// Batch norm by the moments of the samples' own batch.
    case batch
    /// Batch norm by its running estimates.
    case running
  }
  package enum LogFormat: String, Hashable, Sendable, CaseIterable {
    case standard
    /// A recipe's own lines.
    case architecture, fashion, glasses, ganlab
  }
  package enum Best: String, Hashable, Sendable, CaseIterable {
    /// No checkpoint is kept for its quality.
    case none
    /// The sliced Wasserstein distance of new samples to the held-out pictures.
    case slicedWasserstein
    /// D's loss on the held-out pictures.
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
    /// Of the same pictures and latents, by both networks after their updates.
    case recomputed
  }
  package struct Samples: Hashable, Sendable {
    /// 200 steps by default.
    package var every: Interval
    /// 64 by default.
    package var count: Int
    /// `batch` by default.
    package var statistics: Statistics
    /// `fixed` by default.
    package var latents: Latents
    /// How the pictures lie in a grid and which values are black and white.
    package var grid: Grid
    /// Pictures side by side in `samples/final.png` when training ends; 0, the default, for no such file.
    package var final: Int
    /// Whether a continued run begins with a sample; false by default.
    package var afterResume: Bool
  }
  package struct Checkpoints: Hashable, Sendable {
    /// 500 steps by default; there is one at the end in any case.
    package var every: Interval
    /// How many of the newest stay; 3 by default.
    package var keep: Int
    /// By what measure, the smaller the better, one more is kept as `best.safetensors`; `none` by default.
    package var best: Best
  }
  package struct Log: Hashable, Sendable {
    /// 50 steps by default; of `metrics.jsonl` in any case.
    package var every: Interval
    /// `standard` by default.
    package var format: LogFormat
    /// `step` by default.
    package var losses: LoggedLosses
  }

  /// Relative to the working directory; `runs` by default. The run is in `<folder>/<name>`.
  package var folder: String
  package var samples: Samples
  package var checkpoints: Checkpoints
  package var log: Log
  /// `checkpoints` by default.
  package var onnx: OnnxExport
  /// Whether there are event files for TensorBoard; true by default.
  package var tensorboard: Bool
}

extension Configuration {
  package var runFolder: String { "\(output.folder)/\(name)" }

  /// The rules of a step on this many ranks.
  package func training(ranks: Int) -> TrainingSpecification {
    TrainingSpecification(
      batch: train.batch, shards: train.shardCount(ranks: ranks), seed: seed, loss: train.loss,
      inputNoise: train.inputNoise, noise: train.noise, updates: train.updates,
      generatorStatistics: train.generatorStatistics, generator: train.generator, discriminator: train.discriminator)
  }
}
