import ArgumentParser
import Commands

struct ExportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write a checkpoint's generator for other programs.",
    discussion: """
      onnx: opset 13, input "input" [n, latents], or [n, latents, 1, 1] if the first layer is a convolution, output \
      "output" [n, channels, height, width] in [-1, 1], any n; batch norm uses running statistics.
      safetensors: its parameters and running statistics under the names of torch.nn.Sequential; the metadata hold the \
      configuration without folders, so that disttrain generate takes the file.
      """)

  @OptionGroup var checkpoint: ModelArgument<CheckpointAlone>

  @Option(help: ArgumentHelp("onnx or safetensors.", valueName: "FORMAT"))
  var format: ExportProgram.Format

  @Option(help: ArgumentHelp("The file; by default generator.onnx or generator.safetensors here.", valueName: "FILE"))
  var out: String?

  func validate() throws {
    let others = ExportProgram.Format.allCases.filter { $0 != format }
    guard let out, let other = others.first(where: { out.lowercased().hasSuffix(".\($0.rawValue)") }) else { return }
    throw ValidationError("--out \(out): found the extension of \(other.rawValue) beside --format \(format.rawValue).")
  }

  func run() {
    ExportProgram(checkpoint: checkpoint.file, format: format, out: out ?? "generator.\(format.rawValue)").main()
  }
}

extension ExportProgram.Format: ExpressibleByArgument {}
