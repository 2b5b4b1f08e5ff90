import Foundation

/// `Epoch 1/200 - D real: loss 0.512, accuracy 0.812; D fake: …; D held out: …; G: …`: the means of every epoch, from 1;
/// what is not measured is not there.
///
/// `log.every` is for `metrics.jsonl` alone.
struct GANLabLog: RecipeLog {
  private static let names = ["D real", "D fake", "D held out", "G"]
  private var means = EpochMeans { status in
    let accuracies = status.accuracies
    return [
      status.lossReal, accuracies.real, status.lossFake, accuracies.fake, status.lossHeldOut, accuracies.heldOut,
      status.lossG, accuracies.generator,
    ]
  }

  mutating func lines(after step: LoggedStep) -> [String] {
    means.add(step)
    return step.endsEpoch ? endingLines() : []
  }

  mutating func endingLines() -> [String] {
    guard let last = means.last else { return [] }
    let remark = means.remark
    let values = means.take()
    let parts = Self.names.enumerated().compactMap { i, name -> String? in
      let numbers = [("loss", values[2 * i]), ("accuracy", values[2 * i + 1])].compactMap { label, value in
        value.map { String(format: "\(label) %.3f", $0) }
      }
      return numbers.isEmpty ? nil : "\(name): " + numbers.joined(separator: ", ")
    }
    return ["Epoch \(last.epoch + 1)/\(last.totalEpochs) - " + parts.joined(separator: "; ") + remark]
  }
}
