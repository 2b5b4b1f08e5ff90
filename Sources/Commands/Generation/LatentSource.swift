import Files
import GAN
import ModelFiles
import Numerics
import Reporting

/// The source of latents: each has a number and depends on nothing else.
enum LatentSource {
  /// Drawn; the first ones are those of the run's samples if the seed is the run's.
  case drawn(LatentSpecification, seed: UInt64)
  /// The rows of a file.
  case file(NPYFile)

  /// - Parameter path: a file of latents; nil to draw them.
  init(_ path: String?, seed: UInt64?, for model: any GeneratorModel) throws {
    guard let path else {
      self = .drawn(model.latents, seed: seed ?? model.seed)
      return
    }
    guard seed == nil else {
      throw UserFacingError(code: .usage, message: "latents of a file are not drawn; leave out --seed or --latents")
    }
    let file = try NPYFile(path: path)
    guard file.rowCount == model.latents.size else {
      throw FileError.unsuitable(
        path: path, found: "an array of shape \(file.shape)",
        expected: "[n, \(model.latents.size)], a row for each latent")
    }
    self = .file(file)
  }

  /// The number of latents; nil for unlimited.
  var count: Int? {
    if case .file(let file) = self { file.shape[0] } else { nil }
  }

  var description: String {
    switch self {
    case .drawn(let latents, let seed): "\(latents.distribution.rawValue) latents of seed \(seed)"
    case .file(let file): "the latents in \(file.path)"
    }
  }

  /// [n, size]: those of the given numbers.
  func latents(_ numbers: [Int]) throws -> [Float] { try numbers.flatMap { try latents($0..<$0 + 1) } }

  func latents(_ range: Range<Int>) throws -> [Float] {
    switch self {
    case .file(let file): return try file.rows(range)
    case .drawn(let specification, let seed):
      var values = [Float](repeating: 0, count: range.count * specification.size)
      values.withUnsafeMutableBufferPointer { buffer in
        let shape = Shape(samples: range.count, height: 1, width: 1, channels: specification.size)
        specification.drawFixed(into: Tensor(shape, buffer.baseAddress!), seed: seed, first: range.lowerBound)
      }
      return values
    }
  }
}
