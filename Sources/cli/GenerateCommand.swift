import ArgumentParser
import Commands
import DistTrain

struct GenerateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate",
    abstract: "Make images with a trained generator.",
    discussion: """
      disttrain generate runs/facades/checkpoints/001500.safetensors --count 100 --out images
      disttrain generate generator.onnx --count 64 --grid 8x8 --out images
      disttrain generate MODEL --count 1000 --best 25 --grid 5x5 --out best

      A latent depends on the seed and its number alone: --count 10 makes the first ten of --count 100. Any count fits \
      memory. MODEL may also be what disttrain export has written. An ONNX file may come from PyTorch, too: one input of \
      latents [n, size] or [n, size, 1, 1], one output of images. If an operator is not supported, the error names it.
      """)

  @OptionGroup var model: ModelArgument<AnyGenerator>

  @Option(
    help: ArgumentHelp("Number of images; by default the number of --latents or of cells in --grid.", valueName: "N"))
  var count: Int?

  @Option(help: ArgumentHelp("The folder to write to; created if it is missing.", valueName: "DIR"))
  var out: String

  @Option(help: ArgumentHelp("Seed of the latents; by default the run's own, or 1 for an ONNX file.", valueName: "S"))
  var seed: UInt64?

  @Option(
    help: ArgumentHelp("Take the latents of a NumPy array [n, size] instead of drawing them.", valueName: "FILE.npy"))
  var latents: String?

  @Option(
    help: ArgumentHelp(
      "Also write grid.png of the first images, columns x rows, such as 8x8; there must be as many.", valueName: "CxR"))
  var grid: GridSize?

  @Option(help: ArgumentHelp("png: one file per image; npy: one array [n,c,h,w] in samples.npy.", valueName: "png|npy"))
  var format = ImageFormat.png

  @Option(
    help: ArgumentHelp("Keep the K images that the checkpoint's discriminator finds most real.", valueName: "K"))
  var best: Int?

  @Option(
    name: .customLong("batch-norm"),
    help: ArgumentHelp(
      "Statistics of batch norm. running: those of training; batch: those of batches as large as the run's samples.",
      valueName: "running|batch"))
  var statistics = ModelFile.Statistics.running

  func validate() throws {
    if let count, count < 1 { throw ValidationError("--count is \(count); give at least 1.") }
    if let problem = OutputFile.problem(ofFolder: out) { throw ValidationError(problem) }
    if let best, best < 1 { throw ValidationError("--best is \(best); give at least 1.") }
    guard best == nil || statistics == .running else {
      throw ValidationError("--best needs running statistics, so that an image does not depend on others.")
    }
    guard best == nil || !model.path.lowercased().hasSuffix(".onnx") else {
      throw ValidationError("--best needs a discriminator, which an ONNX file lacks; give the checkpoint.")
    }
  }

  func run() {
    var file = model.file
    file.statistics = statistics
    GenerateProgram(
      model: file, count: count, out: out, seed: seed, latents: latents, grid: grid, format: format, best: best
    ).main()
  }
}

extension ImageFormat: ExpressibleByArgument {}
extension ModelFile.Statistics: ExpressibleByArgument {
  package static var allValueStrings: [String] { ["running", "batch"] }
}
extension GridSize: ExpressibleByArgument {
  package init?(argument: String) { self.init(argument) }
}
