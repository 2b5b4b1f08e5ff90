import ArgumentParser
import Commands

struct InterpolateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "interpolate",
    abstract: "Draw what lies between latents of a trained generator.",
    discussion: """
      line        from one latent to another; as an animation where --out ends in .gif
      square      z1 + a (z2 - z1) + b (z3 - z1), a down and b to the right from 0 to 1
      arithmetic  latents a, b, c and a - b + c, a row for every three of --latents

      Without --latents the first ones of the seed are taken, those of generate.
      """)

  @OptionGroup var model: ModelArgument<AnyGenerator>

  @Option(help: ArgumentHelp("What to draw.", valueName: "line|square|arithmetic"))
  var mode: InterpolateProgram.Mode

  @Option(help: ArgumentHelp("Images of a line, 10 by default, or of a side of the square, 20.", valueName: "N"))
  package var steps: Int?

  @Option(help: ArgumentHelp("Of the latents; by default the run's own, or 1 for an ONNX file.", valueName: "S"))
  var seed: UInt64?

  @Option(
    help: ArgumentHelp(
      "A NumPy array [n, size]: two latents for a line, three for a square, three a row for arithmetic.",
      valueName: "FILE.npy"))
  var latents: String?

  @Option(help: ArgumentHelp("A PNG file, or a GIF file of a line, of 60 images at most.", valueName: "FILE"))
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
