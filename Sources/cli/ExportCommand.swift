import ArgumentParser
import Commands

struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write a checkpoint's generator for other programs.",
    discussion: """
      onnx: opset 13, input "input" [n, latents], or [n, latents, 1, 1] if the first layer is a convolution, output \
      "output" [n, channels, height, width] in [-1, 1], any n; batch norm uses running statistics.
      safetensors: its parameters and running statistics under the names of torch.nn.Sequential.
      """)

  @OptionGroup var checkpoint: ModelArgument<CheckpointAlone>

  @Option(help: ArgumentHelp("onnx or safetensors.", valueName: "FORMAT"))
  var format: ExportProgram.Format

  @Option(help: ArgumentHelp("The file; by default generator.onnx or generator.safetensors here.", valueName: "FILE"))
  var out: String?

  func run() {
    ExportProgram(checkpoint: checkpoint.file, format: format, out: out ?? "generator.\(format.rawValue)").main()
  }
}

extension ExportProgram.Format: ExpressibleByArgument {}
