import DistTrain
import Files
import Foundation
import GAN
import ImageIO
import Numerics
import Reporting

/// `disttrain interpolate MODEL`: images of latents in between, as one grid or an animation.
package struct InterpolateProgram {
  package enum Mode: String, CaseIterable, Sendable {
    /// From one latent to another.
    case line
    /// z1 + α (z2 − z1) + β (z3 − z1), α down and β to the right from 0 to 1.
    case square
    /// a, b, c and a − b + c, a row for every three latents.
    case arithmetic

    /// The number of latents it needs; for arithmetic, per row.
    var latentCount: Int { self == .line ? 2 : 3 }
    var standardSteps: Int { self == .line ? 10 : 20 }
  }

  package var model: ModelFile
  package var mode: Mode
  /// Images of a line, or of a side of the square.
  package var steps: Int?
  package var seed: UInt64?
  package var latents: String?
  /// A PNG file, or for a line a GIF file.
  package var out: String

  package init(model: ModelFile, mode: Mode, steps: Int?, seed: UInt64?, latents: String?, out: String) {
    (self.model, self.mode, self.steps) = (model, mode, steps)
    (self.seed, self.latents, self.out) = (seed, latents.map(expandingHome), expandingHome(out))
  }

  /// Draws and ends the process.
  package func main() -> Never {
    GenerationEnd.run { kernels, threads in try run(kernels, threads) }
  }

  private func run(_ kernels: Kernels, _ threads: Threads) throws {
    try OutputFile.requireNoFolder(out, example: "\(mode.rawValue).png")
    let generator = try openGenerator(model, kernels: kernels, threads: threads)
    let source = try LatentSource(latents, seed: seed, for: generator)
    let ends = try ends(source, size: generator.latents.size)
    let steps = steps ?? mode.standardSteps
    switch mode {
    case .line:
      let row = LatentPath.line(ends[0], ends[1], steps: steps)
      if out.lowercased().hasSuffix(".gif") {
        try writeAnimation(try images(row, generator))
      } else {
        try writeGrid(try images(row, generator), columns: steps)
      }
    case .square:
      let square = LatentPath.square(ends[0], ends[1], ends[2], steps: steps)
      try writeGrid(try images(square, generator), columns: steps)
    case .arithmetic:
      let rows = stride(from: 0, to: ends.count, by: 3).flatMap {
        LatentPath.arithmetic(ends[$0], ends[$0 + 1], ends[$0 + 2])
      }
      try writeGrid(try images(rows, generator), columns: 4)
    }
    MarkedOutput.record(file: out)
    Console(isSpeaking: true).say("\(out): \(mode.rawValue) by \(generator.title), of \(source.description)")
  }

  /// The given latents.
  private func ends(_ source: LatentSource, size: Int) throws -> [[Float]] {
    let wanted = mode.latentCount
    let available = source.count ?? wanted
    let fits = mode == .arithmetic ? available > 0 && available % wanted == 0 : available == wanted
    guard fits else {
      throw UserFacingError(
        code: .usage,
        message: "\(latents ?? "latents") has \(quantity(available, "latent")); \(mode.rawValue) takes \(wanted)"
          + (mode == .arithmetic ? ", or a multiple, for several rows" : ""))
    }
    return try (0..<available).map { try source.latents($0..<$0 + 1) }
  }

  private func images(_ latents: [[Float]], _ generator: any GeneratorModel) throws -> GeneratedImages {
    var (values, shape): ([Float], Shape?) = ([], nil)
    for start in stride(from: 0, to: latents.count, by: generator.portion) {
      let end = min(latents.count, start + generator.portion)
      let made = try generator.images(of: latents[start..<end].flatMap { $0 })
      // All images together become one image in memory.
      guard made.shape.sampleCount <= Self.mostValues / latents.count else {
        throw UserFacingError(
          code: .usage,
          message: "\(latents.count) images of \(made.shape.width)×\(made.shape.height) pixels are more than fit one "
            + "image; give fewer --steps")
      }
      values += made.values
      shape = made.shape
    }
    if let note = ValueRange(values).note(on: model.path) { Console(isSpeaking: true).note(note) }
    return GeneratedImages(shape: shape!.with(samples: latents.count), values: values)
  }

  private static let mostValues = 1 << 28

  private func writeGrid(_ images: GeneratedImages, columns: Int) throws {
    try ImageFolder.write(Grid(columns: columns).image(of: images.values, shape: images.shape), to: out)
  }

  private func writeAnimation(_ images: GeneratedImages) throws {
    let shape = images.shape
    let side = max(shape.width, shape.height)
    if side > Animation.largestSide {
      Console(isSpeaking: true).note(
        "\(out): images of \(shape.width)×\(shape.height) pixels are scaled down to \(Animation.largestSide) a side or less; "
          + "a .png keeps their size")
    }
    let made = try Animation(images: shape.samples, atMost: shape.samples).bytes { frame in
      let values = Array(images.values[frame * shape.sampleCount..<(frame + 1) * shape.sampleCount])
      return Grid().image(of: values, shape: shape.with(samples: 1))
    }
    try AtomicFile.replace(out, with: made!.bytes)
  }
}

/// Latents between latents.
enum LatentPath {
  /// From `first` to `last`, inclusive.
  static func line(_ first: [Float], _ last: [Float], steps: Int) -> [[Float]] {
    fractions(steps).map { part in zip(first, last).map { $0 + part * ($1 - $0) } }
  }

  /// Rows of `steps` latents each.
  static func square(_ z1: [Float], _ z2: [Float], _ z3: [Float], steps: Int) -> [[Float]] {
    fractions(steps).flatMap { alpha in
      fractions(steps).map { beta in
        z1.indices.map { z1[$0] + alpha * (z2[$0] - z1[$0]) + beta * (z3[$0] - z1[$0]) }
      }
    }
  }

  /// The three latents and the result.
  static func arithmetic(_ a: [Float], _ b: [Float], _ c: [Float]) -> [[Float]] {
    [a, b, c, a.indices.map { a[$0] - b[$0] + c[$0] }]
  }

  /// From 0 to 1.
  private static func fractions(_ steps: Int) -> [Float] { (0..<steps).map { Float($0) / Float(steps - 1) } }
}
