import Foundation

/// `Epoch 1/200 - D real: loss 0.512, accuracy 0.812; D fake: …; D held out: …; G: …`: the means of every epoch, from
/// 1; metrics that are not measured are left out.
///
/// `log.every` applies only to `metrics.jsonl`.
struct GANLabLog: RecipeLog {
  private static let parts: [(name: String, loss: Metric, accuracy: Metric)] = [
    ("D real", .lossReal, .accuracyReal), ("D fake", .lossFake, .accuracyFake),
    ("D held out", .lossHeldOut, .accuracyHeldOut), ("G", .lossG, .accuracyGenerator),
  ]
  private var means = EpochMeans(of: parts.flatMap { [$0.loss, $0.accuracy] })

  mutating func lines(after step: LoggedStep) -> [String] {
    means.add(step)
    return step.endsEpoch ? endingLines() : []
  }

  mutating func endingLines() -> [String] {
    guard let last = means.last else { return [] }
    let remark = means.remark
    let mean = means.take()
    let parts = Self.parts.compactMap { part -> String? in
      let numbers = [("loss", part.loss), ("accuracy", part.accuracy)].compactMap { label, metric in
        mean[metric].map { String(format: "\(label) %.3f", $0) }
      }
      return numbers.isEmpty ? nil : "\(part.name): " + numbers.joined(separator: ", ")
    }
    return ["Epoch \(last.epoch + 1)/\(last.totalEpochs) - " + parts.joined(separator: "; ") + remark]
  }
}
