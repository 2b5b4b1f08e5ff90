import Numerics

/// The images of each shard for the whole run: the data set, dealt once.
///
/// Images are numbered 0 ..< `images` in byte order of their paths, unreadable ones left out. Position j of the dealt
/// order, which is seeded, goes to the shard of sample j mod batch, so that the images of a short last batch are in the
/// shards of its samples. The deal does not depend on the number of ranks.
package struct Deal: Sendable {
  package let batch: Int
  package let shards: Int
  /// Images of the whole data set.
  package let images: Int
  package let seed: UInt64
  /// Whether the order is random here and in every epoch; otherwise it is the order of the images.
  package let isShuffled: Bool
  private let imagesOfShard: [[DealIndex]]

  package init(images: Int, plan: ShardPlan, seed: UInt64, shuffle: Bool) {
    precondition((0...Int(UInt32.max)).contains(images), "\(images) images")
    self.images = images
    self.seed = seed
    batch = plan.batch
    shards = plan.shards
    isShuffled = shuffle
    var order = Array(0..<DealIndex(images))
    if shuffle {
      var stream = RandomStream(seed: seed, purpose: .deal)
      order = order.shuffled(by: &stream)
    }
    var dealt = [[DealIndex]](repeating: [], count: plan.shards)
    for (position, image) in order.enumerated() {
      dealt[plan.shard(ofSample: BatchIndex(position % plan.batch))].append(image)
    }
    imagesOfShard = dealt
  }

  /// The images of `shard` in dealt order.
  package func images(ofShard shard: Int) -> [DealIndex] { imagesOfShard[shard] }

  /// The images of `shard` in the order of `epoch`, which is counted from 0.
  package func images(ofShard shard: Int, inEpoch epoch: Int) -> [DealIndex] {
    guard isShuffled else { return imagesOfShard[shard] }
    var stream = RandomStream(seed: seed, purpose: .shuffle, step: epoch, sample: shard)
    return imagesOfShard[shard].shuffled(by: &stream)
  }
}
