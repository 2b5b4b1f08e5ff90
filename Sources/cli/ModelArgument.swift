import ArgumentParser
import DistTrain

/// The argument that names the file of a model.
struct ModelArgument<Kind: ModelKind>: ParsableArguments {
  @Argument(help: Kind.help)
  var path: String

  var file: ModelFile { ModelFile(path) }
}

/// The kinds of file that a command accepts as a model.
protocol ModelKind {
  static var help: ArgumentHelp { get }
}

enum AnyGenerator: ModelKind {
  static let help = ArgumentHelp(
    "A checkpoint, or a generator in ONNX or exported as safetensors.", valueName: "model")
}

enum CheckpointAlone: ModelKind {
  static let help = ArgumentHelp(
    "A checkpoint, or a generator exported as safetensors.", valueName: "checkpoint")
}

enum AnySamples: ModelKind {
  static let help = ArgumentHelp(
    "A folder of images, an array [n, c, h, w] in [-1, 1] in a .npy, a checkpoint or an exported generator.",
    valueName: "samples")
}
