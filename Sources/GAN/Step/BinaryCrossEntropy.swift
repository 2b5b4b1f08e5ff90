import Tensor

/// Binary cross entropy on logits, max(l, 0) − l·t + ln(1 + e^−|l|), averaged over a group's samples on all ranks, and over
/// the logits of a sample where there are two.
package final class BinaryCrossEntropy {
  /// Means over a group.
  package struct Opinion {
    /// Mean loss.
    package let loss: Double
    /// Mean probability of being real: the sigmoid of the last logit.
    package let probability: Double
    /// The share of samples that the logits take for what they are.
    package let accuracy: Double
  }

  private let statistics: ShardStatistics
  /// Samples of a group over all ranks, and their logits, in the last `judge`.
  private var samples = 1.0
  private var logits = 1.0

  package init(groups: Int, engine: Engine) {
    statistics = ShardStatistics(width: 3, groups: groups, peers: engine.peers, arena: engine.arena)
  }

  /// Losses of `logits` [samples, 1, 1, 1 or 2] against one label a group, and the gradient of `weight` times their sum;
  /// then `opinion` tells of each group. Collective.
  ///
  /// - Parameters:
  ///   - randomness: of the pass, for labels that are random.
  ///   - weight: of the losses in the gradient.
  package func judge(
    _ logits: Tensor, labels: [Label], randomness: PassRandomness? = nil, layout: BatchLayout, gradient: Tensor,
    weight: Double = 1
  ) throws {
    let count = logits.shape.sampleCount
    precondition(1...2 ~= count, "\(count) logits")
    let share = 1 / Double(layout.globalSamples * count)
    for (group, segments) in layout.segments.enumerated() {
      let label = labels[group]
      for (shard, samples) in segments.enumerated() {
        let leaf = statistics.leaf(group: group, shard: shard)
        leaf.update(repeating: 0, count: 3)
        for sample in samples {
          let values = logits.sample(sample)
          let target = label.target(randomness?.stream(.labels, layer: 0, sample: sample, layout), logits: count)
          for place in 0..<count {
            let logit = Double(values[place])
            let wanted = place == count - 1 ? target.real : target.fake
            let probability = Elementary.sigmoid(logit)
            leaf[0] += max(logit, 0) - logit * wanted + Elementary.logOnePlusExp(negative: abs(logit))
            if place == count - 1 { leaf[1] += probability }
            gradient.sample(sample)[place] = Float((probability - wanted) * share * weight)
          }
          let other = count == 2 ? values[0] : 0
          if (values[count - 1] > other) == label.isReal { leaf[2] += 1 }
        }
      }
    }
    try statistics.sum(groups: layout.groups)
    samples = Double(layout.globalSamples)
    self.logits = samples * Double(count)
  }

  /// What was found of a group by the last `judge`.
  package func opinion(group: Int) -> Opinion {
    let total = statistics.total(group: group)
    return Opinion(loss: total[0] / self.logits, probability: total[1] / samples, accuracy: total[2] / samples)
  }
}
