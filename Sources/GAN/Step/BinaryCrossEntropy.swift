import Tensor

/// Binary cross entropy on logits, max(l, 0) − l·t + ln(1 + e^−|l|), averaged over a group's samples on all ranks.
package final class BinaryCrossEntropy {
  /// Means over a group.
  package struct Opinion {
    /// Mean loss.
    package let loss: Double
    /// Mean of sigmoid(logit).
    package let probability: Double
  }

  private let statistics: ShardStatistics
  private var share = 0.0

  package init(groups: Int, engine: Engine) {
    statistics = ShardStatistics(width: 2, groups: groups, peers: engine.peers, arena: engine.arena)
  }

  /// Losses of `logits` [samples, 1, 1, 1] against one label a group, and the gradient of their sum; then `opinion` tells
  /// of each group. Collective.
  package func judge(_ logits: Tensor, labels: [Float], layout: BatchLayout, gradient: Tensor) throws {
    let share = 1 / Double(layout.globalSamples)
    for (group, segments) in layout.segments.enumerated() {
      let label = Double(labels[group])
      for (shard, samples) in segments.enumerated() {
        let leaf = statistics.leaf(group: group, shard: shard)
        (leaf[0], leaf[1]) = (0, 0)
        for sample in samples {
          let logit = Double(logits.data[sample])
          let probability = Elementary.sigmoid(logit)
          leaf[0] += max(logit, 0) - logit * label + Elementary.logOnePlusExp(negative: abs(logit))
          leaf[1] += probability
          gradient.data[sample] = Float((probability - label) * share)
        }
      }
    }
    try statistics.sum(groups: layout.groups)
    self.share = share
  }

  /// What was found of a group by the last `judge`.
  package func opinion(group: Int) -> Opinion {
    let total = statistics.total(group: group)
    return Opinion(loss: total[0] * share, probability: total[1] * share)
  }
}
