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

  package init(groups: Int, engine: Engine) {
    statistics = ShardStatistics(width: 2, groups: groups, peers: engine.peers, arena: engine.arena)
  }

  /// Losses of `logits` [samples, 1, 1, 1] against one label a group, and the gradient of their sum. Collective.
  package func judge(_ logits: Tensor, labels: [Float], layout: BatchLayout, gradient: Tensor) throws -> [Opinion] {
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
    return try statistics.sum(groups: layout.groups).map { Opinion(loss: $0[0] * share, probability: $0[1] * share) }
  }
}
