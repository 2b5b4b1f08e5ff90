import ArgumentParser
import Commands

struct InterpolateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "interpolate",
    abstract: "Make images from latents between given latents.",
    discussion: """
      line        from one latent to another; an animation if --out ends in .gif
      square      z1 + a (z2 - z1) + b (z3 - z1), a down and b to the right from 0 to 1
      arithmetic  latents a, b, c and a - b + c, one row for every three of --latents

      Without --latents, the first latents of the seed are used, as in generate.
      """)

  @OptionGroup var model: ModelArgument<AnyGenerator>

  @Option(help: ArgumentHelp("Path through the latents.", valueName: "line|square|arithmetic"))
  var mode: InterpolateProgram.Mode

  @Option(help: ArgumentHelp("Images of a line (default 10), or of a side of the square (default 20).", valueName: "N"))
  package var steps: Int?

  @Option(help: ArgumentHelp("Seed of the latents; by default the run's own, or 1 for an ONNX file.", valueName: "S"))
  var seed: UInt64?

  @Option(
    help: ArgumentHelp(
      "A NumPy array [n, size]: two latents for a line, three for a square, three per row for arithmetic.",
      valueName: "FILE.npy"))
  var latents: String?

  @Option(help: ArgumentHelp("A PNG file, or for a line a GIF file.", valueName: "FILE"))
  var out: String

  func validate() throws {
    guard out.lowercased().hasSuffix(".png") || out.lowercased().hasSuffix(".gif") else {
      throw ValidationError("--out \(out): give a name that ends in .png or .gif.")
    }
    guard mode == .line || !out.lowercased().hasSuffix(".gif") else {
      throw ValidationError("--out \(out): only a line can be a GIF; give a name that ends in .png.")
    }
    guard let steps else { return }
    guard mode != .arithmetic else { throw ValidationError("--steps does not go with arithmetic.") }
    let most = mode == .line ? 1000 : 200
    guard 2...most ~= steps else { throw ValidationError("--steps is \(steps); give 2 to \(most).") }
  }

  func run() {
    InterpolateProgram(model: model.file, mode: mode, steps: steps, seed: seed, latents: latents, out: out).main()
  }
}

extension InterpolateProgram.Mode: ExpressibleByArgument {}
