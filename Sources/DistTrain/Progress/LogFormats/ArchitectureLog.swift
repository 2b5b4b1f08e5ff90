import Configuration
import Foundation

/// `Epoch 1/500... Discriminator Loss: 1.3863... Generator Loss: 0.6931` every `interval`, with epochs counted from 1.
struct ArchitectureLog: RecipeLog {
  private let interval: Interval

  init(every interval: Interval) { self.interval = interval }

  func lines(after step: LoggedStep) -> [String] {
    switch interval {
    case .steps(let count): guard step.measured.step % count == 0 else { return [] }
    case .epochs(let count): guard step.endsEpoch, (step.epoch + 1) % count == 0 else { return [] }
    }
    return [
      String(
        format: "Epoch %ld/%ld... Discriminator Loss: %.4f... Generator Loss: %.4f", step.epoch + 1, step.totalEpochs,
        step.measured[.lossD] ?? .nan, step.measured[.lossG] ?? .nan)
    ]
  }

  var checkpointLine: String? { "Model has been saved." }
}
