import Files
import GAN
import Numerics
import Reporting

/// The configuration of a run from its YAML file and `--set`. Every value has been checked, alone and against the
/// others.
package struct Configuration: Hashable, Sendable {
  package var name = "run"
  package var seed: UInt64 = 1
  package var data = DataSettings()
  package var model = ModelSpecification()
  package var train = TrainSettings()
  package var threads = CountSetting.automatic
  package var watchdog = 60
  package var kernels = KernelSettings()
  package var output = OutputSettings()
}

extension Configuration {
  /// All keys, in the order of the design.
  mutating func declare(_ keys: any SettingKeys) {
    keys.value(
      "name", &name, .runName, "Name of the run and its folder; by default the file's name without its extension.")
    var number = Int(seed)
    keys.value("seed", &number, .whole(0...Int.max), "Seed of all random numbers.")
    seed = UInt64(number)
    keys.group("data", "Source and preprocessing of the images.") {
      data.declare($0, image: &model.image)
    }
    keys.group("model", "The two networks.") { model.declare($0) }
    keys.check { checkPresets($0) }
    keys.group("train", "Batch, updates and length of the training.") { train.declare($0) }
    keys.value(
      "threads", &threads, .automaticOr(1...1024), .free,
      "Threads per rank; auto is the number of physical cores available, divided by the ranks that share them.")
    keys.value(
      "watchdog", &watchdog, .whole(0...86_400), .free, older: 0,
      "Seconds of silence after which a rank counts as hung and the job ends; 0 turns the watchdog off.")
    keys.group("kernels", "Algorithms of the convolutions, in place of the measured choice.") {
      kernels.declare($0)
    }
    keys.group("output", .free, "Files and log lines of a run.") { output.declare($0) }
  }

  /// Every key with its value.
  package var settings: [Setting] {
    let printer = SettingPrinter()
    var copy = self
    copy.declare(printer)
    return printer.settings
  }
}

extension SettingKind where Value == String {
  fileprivate static var runName: Self {
    Self("a name that can be a folder's: at most 100 bytes, no /, no . in front") { node in
      node.text.flatMap { $0.utf8.count <= 100 && !$0.contains("/") && !$0.hasPrefix(".") ? $0 : nil }
    } text: {
      quoted($0)
    }.read(by: .text)
  }
}

/// A number, or `auto`: the program chooses it.
package enum CountSetting: Hashable, Sendable {
  case automatic
  case fixed(Int)
}

/// The interval between two samples, checkpoints or log lines.
package enum Interval: Hashable, Sendable, CustomStringConvertible {
  case steps(Int)
  case epochs(Int)

  /// As in the configuration: `200`, or `5 epochs`.
  package var description: String {
    switch self {
    case .steps(let count): "\(count)"
    case .epochs(let count): quantity(count, "epoch")
    }
  }
}

extension Configuration {
  package var runFolder: String { "\(output.folder)/\(name)" }

  /// The specification of a step on `ranks` ranks.
  package func training(ranks: Int) -> TrainingSpecification {
    TrainingSpecification(batch: train.batch, shards: train.shardCount(ranks: ranks), seed: seed, rules: train.rules)
  }

  /// The same run with every `auto` that affects its bits replaced by a value: the number of shards and the algorithms
  /// of all convolutions. A run trains by it, writes it to `config.yaml` and records it in its checkpoints.
  ///
  /// - Throws: layers whose shapes do not fit.
  package func resolved(shards: Int, _ instructionSet: InstructionSet) throws(ShapeError) -> Configuration {
    var resolved = self
    resolved.train.shards = .fixed(shards)
    resolved.kernels = try kernels.withAllChosen(
      for: model, samplesPerShard: resolved.training(ranks: 1).samplesPerShard, instructionSet)
    return resolved
  }
}
