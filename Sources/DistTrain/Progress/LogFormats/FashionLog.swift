import Foundation

/// `Epoch 1 - loss_d: 0.512, loss_g: 2.345`: the means of every epoch, from 1.
///
/// `log.every` applies only to `metrics.jsonl`.
struct FashionLog: RecipeLog {
  private var means = EpochMeans(of: [.lossD, .lossG])

  mutating func lines(after step: LoggedStep) -> [String] {
    means.add(step)
    return step.endsEpoch ? endingLines() : []
  }

  mutating func endingLines() -> [String] {
    guard let epoch = means.last?.epoch else { return [] }
    let remark = means.remark
    let mean = means.take()
    return [String(format: "Epoch %ld - loss_d: %.3f, loss_g: %.3f", epoch + 1, mean[.lossD]!, mean[.lossG]!) + remark]
  }
}
