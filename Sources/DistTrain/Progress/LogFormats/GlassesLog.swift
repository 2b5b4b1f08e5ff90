import Configuration
import Foundation

/// `[0/200][0/40]`, losses and D's scores, separated by tabs; epochs and batches from 0.
///
/// The batches of an epoch that the interval divides have a line, as in PyTorch's DCGAN example, from which the recipe
/// comes: the first of every epoch among them, and no step by its number in the run.
struct GlassesLog: RecipeLog {
  private let interval: Interval

  init(every interval: Interval) { self.interval = interval }

  func lines(after step: LoggedStep) -> [String] {
    let due = step.places.first { place in
      switch interval {
      case .steps(let count): place.batch % count == 0
      case .epochs(let count): place.batch == 0 && place.epoch % count == 0
      }
    }
    guard let due else { return [] }
    let place = "[\(due.epoch)/\(step.totalEpochs)][\(due.batch)/\(step.batchesPerEpoch)]"
    let metrics: [Metric] = [.lossD, .lossG, .probabilityReal, .probabilityFake, .probabilityFakeAfter]
    return [
      place
        + String(
          format: "\tLoss_D: %.4f\tLoss_G: %.4f\tD(x): %.4f\tD(G(z)): %.4f / %.4f",
          arguments: metrics.map { step.measured[$0] ?? .nan })
    ]
  }
}
