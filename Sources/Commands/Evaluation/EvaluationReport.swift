import Configuration
import Files
import Foundation
import Reporting

/// The results of `disttrain evaluate`; `evaluation.json` has them under these names.
struct EvaluationReport: Encodable {
  struct Images: Encodable {
    let source: String
    let count: Int
  }

  /// × 1000, to the held-out images.
  struct Level: Encodable {
    let side: Int
    let samples: Double
    /// Of training images, at most as many as are held out: the level of real images.
    let training: Double
  }

  /// Mean multi-scale structural similarity of random pairs.
  struct Diversity: Encodable {
    let pairs: Int
    let samples: Double
    let heldOut: Double
  }

  /// Root mean square differences to the nearest training image.
  struct Nearest: Encodable {
    let median: Double
    let least: Double

    init(_ distances: [Double]) {
      let sorted = distances.sorted()
      (median, least) = (sorted[sorted.count / 2], sorted[0])
    }
  }

  struct Memorization: Encodable {
    let samples: Nearest
    let heldOut: Nearest
    /// The share of samples that are nearer to a training image than any held-out one is.
    let nearerThanAnyHeldOut: Double
  }

  /// The scores of the checkpoint's discriminator for some images: its mean loss against their plain labels, and the
  /// share that it classifies correctly.
  struct Scores: Encodable {
    /// nil if the loss is not defined for single images, or not finite.
    let loss: Double?
    let accuracy: Double
  }

  struct Discriminator: Encodable {
    let training: Scores
    let heldOut: Scores
    let samples: Scores
  }

  let samples: Images
  let heldOut: Images
  let training: Images
  let seed: UInt64
  let slicedWasserstein: [Level]
  let diversity: Diversity
  let memorization: Memorization
  let frechetDistance: Double?
  let discriminator: Discriminator?

  var json: String {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    }
  }

  /// The report as text.
  var lines: [String] {
    func number(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }
    func mean(_ value: (Level) -> Double) -> Double {
      slicedWasserstein.reduce(0) { $0 + value($1) } / Double(slicedWasserstein.count)
    }
    var table = TextTable([.left("pixels"), .right("samples"), .right("training")])
    for level in slicedWasserstein {
      table.add(["\(level.side)", number(level.samples, 2), number(level.training, 2)])
    }
    table.add(["mean", number(mean(\.samples), 2), number(mean(\.training), 2)])
    let (own, held) = (memorization.samples, memorization.heldOut)
    let nearer = memorization.nearerThanAnyHeldOut
    return [
      "\(quantity(samples.count, "sample")) of \(samples.source)",
      "\(quantity(heldOut.count, "image")) held out by \(heldOut.source), \(training.count) to train on of "
        + "\(training.source)",
      "",
      "sliced Wasserstein distance to the held-out images × 1000; the nearer to the training images' own, the better",
      table.text,
      "",
      "diversity: MS-SSIM of \(diversity.pairs) random pairs; higher than the held-out images' means less varied",
      "  samples \(number(diversity.samples, 4))  held out \(number(diversity.heldOut, 4))",
      "",
      "memorization: root mean square difference to the nearest training image, in [-1, 1]",
      "  samples  median \(number(own.median, 4))  least \(number(own.least, 4))",
      "  held out median \(number(held.median, 4))  least \(number(held.least, 4))",
      "  \(number(100 * nearer, 1)) % of the samples are nearer to a training image than any held-out one is",
    ] + discriminatorLines(number)
      + (frechetDistance.map { ["", "Fréchet distance of features: \(number($0, 4))"] } ?? [])
  }

  private func discriminatorLines(_ number: (Double, Int) -> String) -> [String] {
    guard let discriminator else { return [] }
    let rows = [
      ("training", discriminator.training), ("held out", discriminator.heldOut), ("samples ", discriminator.samples),
    ]
    return [
      "",
      "discriminator: loss, and the share it classifies correctly; far better on training images than on those held "
        + "out means learned by heart",
    ] + rows.map { "  \($0.0) loss \($0.1.loss.map { number($0, 4) } ?? "-")  accuracy \(number($0.1.accuracy, 4))" }
  }
}
