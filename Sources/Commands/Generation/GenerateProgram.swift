import DistTrain
import Files
import Foundation
import GAN
import Numerics
import Reporting

/// `disttrain generate MODEL`: images of a trained generator.
package struct GenerateProgram {
  package var model: ModelFile
  /// nil for the number in the file of latents, or of cells in the grid.
  package var count: Int?
  package var out: String
  package var seed: UInt64?
  package var latents: String?
  package var grid: GridSize?
  package var format: ImageFormat
  /// The number of images to keep, those that the discriminator finds most real; nil for all.
  package var best: Int?

  package init(
    model: ModelFile, count: Int?, out: String, seed: UInt64?, latents: String?, grid: GridSize?, format: ImageFormat,
    best: Int?
  ) {
    (self.model, self.count, self.out, self.seed, self.latents) = (
      model, count, expandingHome(out), seed, latents.map(expandingHome)
    )
    (self.grid, self.format, self.best) = (grid, format, best)
  }

  /// Generates and ends the process.
  package func main() -> Never {
    GenerationEnd.run { kernels, threads in try run(kernels, threads) }
  }

  private func run(_ kernels: Kernels, _ threads: Threads) throws {
    let generator = try openGenerator(model, kernels: kernels, threads: threads)
    let source = try LatentSource(latents, seed: seed, for: generator)
    let count = try count(of: source)
    try requireFullGrid(count)
    if count % generator.portion == 1 || generator.portion == 1, let problem = generator.loneImageProblem {
      throw UserFacingError(
        code: .usage,
        message: "--count \(count) in batches of \(generator.portion) has a batch of 1, expected at least 2: \(problem)"
      )
    }
    let console = Console(isSpeaking: true)
    if let best {
      try writeBest(best, of: count, generator, source, threads, console)
    } else {
      let digits = max(6, "\(count - 1)".count)
      var folder = try ImageFolder(out, format, count: count, grid: grid, threads: threads) { place in
        String(repeating: "0", count: digits - "\(place)".count) + "\(place)"
      }
      let progress = console.countProgress("generating", of: count)
      for portion in portions(count, generator.portion) {
        try folder.append(generator.images(of: source.latents(portion)))
        progress.advance(by: portion.count)
      }
      try folder.finish()
      progress.end()
      if let note = folder.range.note(on: model.path) { console.note(note) }
      if let note = try folder.othersNote() { console.note(note) }
    }
    console.say("\(quantity(best ?? count, "image")) by \(generator.title), of \(source.description), in \(out)")
  }

  /// Scores all images first, keeps the numbers of the best, and makes those again.
  private func writeBest(
    _ best: Int, of count: Int, _ generator: any GeneratorModel, _ source: LatentSource, _ threads: Threads,
    _ console: Console
  ) throws {
    guard best <= count else {
      throw UserFacingError(
        code: .usage, message: "--best \(best) of \(quantity(count, "image")): give a --count of at least \(best)")
    }
    var chosen = ChosenImages(best)
    let progress = console.countProgress("judging", of: count)
    for portion in portions(count, generator.portion) {
      let logits = try generator.logits(of: generator.images(of: source.latents(portion)))
      for (number, logit) in zip(portion, logits) { chosen.consider(number, logit: logit) }
      progress.advance(by: portion.count)
    }
    progress.end()
    let candidates = chosen.best
    let digits = max(3, "\(best)".count)
    @Sendable func name(_ place: Int) -> String {
      "best-" + String(repeating: "0", count: digits - "\(place + 1)".count) + "\(place + 1)"
    }
    var folder = try ImageFolder(out, format, count: best, grid: grid, threads: threads, names: name)
    for portion in portions(best, generator.portion) {
      let numbers = candidates[portion].map(\.number)
      try folder.append(generator.images(of: source.latents(numbers)))
    }
    try folder.finish()
    if let note = folder.range.note(on: model.path) { console.note(note) }
    if let note = try folder.othersNote() { console.note(note) }
    for (place, candidate) in candidates.enumerated() {
      let probability = Elementary.sigmoid(Double(candidate.logit))
      console.say("\(name(place))  latent \(candidate.number)  D \(String(format: "%.4f", probability))")
    }
  }

  private func count(of source: LatentSource) throws -> Int {
    let available = source.count
    guard let count = count ?? available ?? grid?.count else {
      throw UserFacingError(code: .usage, message: "how many images? Give --count, --grid or --latents")
    }
    if let available, count > available || available == 0 {
      throw UserFacingError(
        code: .usage,
        message: "--count \(count), but \(latents!) has \(quantity(available, "latent")); give at most that number")
    }
    return count
  }

  /// A grid with empty cells would be drawn as a smaller one.
  private func requireFullGrid(_ count: Int) throws {
    guard let grid, grid.count > best ?? count else { return }
    let more = best != nil ? "--best \(grid.count)" : latents == nil ? "--count \(grid.count)" : "more latents"
    throw UserFacingError(
      code: .usage,
      message:
        "--grid \(grid.columns)x\(grid.rows) has \(grid.count) cells, found \(quantity(best ?? count, "image")): "
        + "give \(more), or a grid of fewer cells")
  }

  private func portions(_ count: Int, _ portion: Int) -> [Range<Int>] {
    stride(from: 0, to: count, by: portion).map { $0..<min(count, $0 + portion) }
  }
}
