import Cluster
import Numerics

/// The split into training and held-out images: a seeded choice, the same on any number of ranks.
package struct DataPartition: Sendable {
  /// In ascending order, as `heldOut`.
  package let training: [GoodIndex]
  package let heldOut: [GoodIndex]

  /// - Parameters:
  ///   - images: of the data set, unreadable ones left out.
  ///   - validation: the share that is held out, rounded down to whole images.
  package init(images: Int, validation: Double, seed: UInt64) {
    let count = Int(Double(images) * validation)
    guard count > 0 else {
      training = Array(0..<GoodIndex(images))
      heldOut = []
      return
    }
    var stream = RandomStream(seed: seed, purpose: .validation)
    let order = Array(0..<GoodIndex(images)).shuffled(by: &stream)
    heldOut = order[..<count].sorted()
    training = order[count...].sorted()
  }
}
