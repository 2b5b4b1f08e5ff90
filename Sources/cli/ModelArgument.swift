import ArgumentParser
import DistTrain

/// The file of a model among a command's arguments, with what may be asked of every model.
struct ModelArgument<Kind: ModelKind>: ParsableArguments {
  @Argument(help: Kind.help)
  var path: String

  var file: ModelFile { ModelFile(path) }
}

/// What a command takes for a model.
protocol ModelKind {
  static var help: ArgumentHelp { get }
}

enum AnyGenerator: ModelKind {
  static let help = ArgumentHelp("A checkpoint, or a generator in ONNX (FILE.onnx).", valueName: "model")
}

enum CheckpointAlone: ModelKind {
  static let help = ArgumentHelp("A checkpoint, a .safetensors file.", valueName: "checkpoint")
}

enum AnySamples: ModelKind {
  static let help = ArgumentHelp(
    "A folder of images, an array [n, c, h, w] in [-1, 1] in a .npy, a checkpoint or a generator in ONNX.",
    valueName: "samples")
}
