import Numerics

/// The means of loss, score and accuracy over the images of all ranks.
package final class BatchLoss {
  /// Means over a group of images.
  package struct Means {
    package fileprivate(set) var loss = 0.0
    /// Mean of D's scores: probabilities of real, or the loss's own scores.
    package fileprivate(set) var score = 0.0
    /// Share of images that D classifies correctly; for G's fakes, share that D classifies as real.
    package fileprivate(set) var accuracy = 0.0

    package init() {}

    /// Adds the means of one of several outputs.
    package mutating func add(_ output: Means, share: Double) {
      loss += share * output.loss
      score += share * output.score
      accuracy += share * output.accuracy
    }
  }

  private let loss: any AdversarialLoss
  private let statistics: ShardStatistics
  /// Images of a group over all ranks in the last call.
  private var samples = 1.0

  package init(_ loss: any AdversarialLoss, groups: Int, engine: Engine) {
    self.loss = loss
    statistics = ShardStatistics(width: 3, groups: groups, peers: engine.peers, arena: engine.arena)
  }

  /// D's loss on equal numbers of real images and fakes. Collective.
  ///
  /// - Parameters:
  ///   - logits: [2 · samples, 1, 1, logits], real images first, as two groups of `layout`.
  ///   - randomness: of the pass, for random labels.
  ///   - gradient: receives the gradient of the weighted loss with respect to the logits.
  ///   - weight: factor of the losses in the gradient.
  /// - Returns: the means over each group.
  package func discriminator(
    _ logits: Tensor, randomness: PassRandomness?, layout: BatchLayout, gradient: Tensor, weight: Double
  ) throws -> (real: Means, fake: Means) {
    let share = weight / Double(layout.globalSamples)
    for (shard, (reals, fakes)) in zip(layout.segments[0], layout.segments[1]).enumerated() {
      let (realLeaf, fakeLeaf) = (leaf(0, shard), leaf(1, shard))
      for (one, other) in zip(reals, fakes) {
        withImage(logits, one, randomness, layout, gradient: gradient, share) { real in
          withImage(logits, other, randomness, layout, gradient: gradient, share) { fake in
            let losses = loss.discriminator(real: real, fake: fake)
            add(real, losses.real, isRight: loss.findsReal(real), to: realLeaf)
            add(fake, losses.fake, isRight: !loss.findsReal(fake), to: fakeLeaf)
          }
        }
      }
    }
    try sum(layout)
    return (means(0), means(1))
  }

  /// G's loss on fakes. Collective.
  ///
  /// - Parameters:
  ///   - logits: D's logits of the fakes, [samples, 1, 1, logits].
  ///   - reals: D's logits of the real images with the same indices, if the loss compares with them.
  ///   - gradient: receives the gradient of the weighted loss with respect to the fakes' logits.
  ///   - weight: factor of the loss in the gradient.
  package func generator(
    _ logits: Tensor, reals: Tensor? = nil, layout: BatchLayout, gradient: Tensor, weight: Double = 1
  ) throws -> Means {
    let share = weight / Double(layout.globalSamples)
    for (shard, samples) in layout.segments[0].enumerated() {
      let leaf = leaf(0, shard)
      for sample in samples {
        withImage(logits, sample, nil, layout, gradient: gradient, share) { fake in
          let value: Double
          if let reals {
            value = withImage(reals, sample, nil, layout, gradient: nil, 0) { loss.generator(fake, real: $0) }
          } else {
            value = loss.generator(fake, real: nil)
          }
          add(fake, value, isRight: loss.findsReal(fake), to: leaf)
        }
      }
    }
    try sum(layout)
    return means(0)
  }

  /// D's loss without a gradient, on images that are all real or all fakes. Collective.
  package func discriminator(
    _ logits: Tensor, isReal: Bool, randomness: PassRandomness? = nil, layout: BatchLayout
  ) throws -> Means {
    for (shard, samples) in layout.segments[0].enumerated() {
      let leaf = leaf(0, shard)
      for sample in samples {
        withImage(logits, sample, randomness, layout, gradient: nil, 0) { image in
          let value = loss.discriminator(image, isReal: isReal)
          add(image, value, isRight: loss.findsReal(image) == isReal, to: leaf)
        }
      }
    }
    try sum(layout)
    return means(0)
  }

  /// Runs `body` on one image's logits, and then writes `share` times the derivatives into `gradient`.
  private func withImage<Result>(
    _ logits: Tensor, _ sample: Int, _ randomness: PassRandomness?, _ layout: BatchLayout, gradient: Tensor?,
    _ share: Double, _ body: (ImageLogits) -> Result
  ) -> Result {
    let count = logits.shape.sampleCount
    precondition(type(of: loss).logits.contains(count), "\(count) logits")
    let stream = randomness?.stream(.labels, layer: 0, sample: sample, layout)
    return withUnsafeTemporaryAllocation(of: Double.self, capacity: count) { slopes in
      let image = ImageLogits(
        values: logits.sample(sample), count: count, slopes: slopes.baseAddress!, randomness: stream)
      let result = body(image)
      if let gradient {
        for place in 0..<count { gradient.sample(sample)[place] = Float(slopes[place] * share) }
      }
      return result
    }
  }

  private func leaf(_ group: Int, _ shard: Int) -> UnsafeMutablePointer<Double> {
    let leaf = statistics.leaf(group: group, shard: shard)
    leaf.update(repeating: 0, count: 3)
    return leaf
  }

  private func add(_ image: ImageLogits, _ value: Double, isRight: Bool, to leaf: UnsafeMutablePointer<Double>) {
    leaf[0] += value
    leaf[1] += loss.score(image)
    if isRight { leaf[2] += 1 }
  }

  private func sum(_ layout: BatchLayout) throws {
    try statistics.sum(groups: layout.groups)
    samples = Double(layout.globalSamples)
  }

  private func means(_ group: Int) -> Means {
    let total = statistics.total(group: group)
    var means = Means()
    (means.loss, means.score, means.accuracy) = (total[0] / samples, total[1] / samples, total[2] / samples)
    return means
  }
}
