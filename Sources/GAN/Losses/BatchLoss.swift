import Tensor

/// The mean of a sample's loss over a group's samples on all ranks, and what D gets right of them.
package final class BatchLoss {
  /// Means over a group.
  package struct Opinion {
    package let loss: Double
    /// How real D finds the samples: the probability, the sigmoid of the last logit; of a critic its score.
    package let score: Double
    /// The share of samples that the logits take for what they are.
    package let accuracy: Double
  }

  private let loss: any SampleLoss
  private let statistics: ShardStatistics
  /// Samples of a group over all ranks in the last `judge`.
  private var samples = 1.0

  package init(_ loss: any SampleLoss, groups: Int, engine: Engine) {
    self.loss = loss
    statistics = ShardStatistics(width: 3, groups: groups, peers: engine.peers, arena: engine.arena)
  }

  /// Losses of `logits` [samples, 1, 1, 1 or 2] against one label a group, and the gradient of `weight` times their sum;
  /// then `opinion` tells of each group. Collective.
  ///
  /// - Parameters:
  ///   - randomness: of the pass, for labels that are random.
  ///   - gradient: where that of the logits goes.
  ///   - weight: of the losses in the gradient.
  package func judge(
    _ logits: Tensor, labels: [Label], randomness: PassRandomness? = nil, layout: BatchLayout, gradient: Tensor,
    weight: Double = 1
  ) throws {
    let count = logits.shape.sampleCount
    precondition(type(of: loss).accepts(logits: count), "\(count) logits")
    let share = weight / Double(layout.globalSamples)
    for (group, segments) in layout.segments.enumerated() {
      let label = labels[group]
      for (shard, samples) in segments.enumerated() {
        let leaf = statistics.leaf(group: group, shard: shard)
        leaf.update(repeating: 0, count: 3)
        for sample in samples {
          let values = logits.sample(sample)
          let stream = randomness?.stream(.labels, layer: 0, sample: sample, layout)
          withUnsafeTemporaryAllocation(of: Double.self, capacity: count) { slopes in
            let opinion = loss.judge(values, count: count, label, stream, gradient: slopes.baseAddress!)
            for place in 0..<count { gradient.sample(sample)[place] = Float(slopes[place] * share) }
            leaf[0] += opinion.loss
            leaf[1] += opinion.score
          }
          let other = count == 2 ? values[0] : 0
          if (values[count - 1] > other) == label.isReal { leaf[2] += 1 }
        }
      }
    }
    try statistics.sum(groups: layout.groups)
    samples = Double(layout.globalSamples)
  }

  /// What was found of a group by the last `judge`.
  package func opinion(group: Int) -> Opinion {
    let total = statistics.total(group: group)
    return Opinion(loss: total[0] / samples, score: total[1] / samples, accuracy: total[2] / samples)
  }
}
