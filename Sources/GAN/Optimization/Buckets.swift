import Tensor

/// Gradients in the portions in which they are exchanged: whole layers from the last to the first, as backward
/// completes them, each portion large enough to be worth a message.
struct Buckets {
  /// Flat ranges in the order of completion.
  let ranges: [Range<Int>]
  /// For each bucket the place of the layer that completes it.
  private let completedBy: [Int]

  /// - Parameter minimum: floats that fill a bucket.
  init(_ network: Network, minimum: Int = 1 << 20) {
    var ranges: [Range<Int>] = []
    var completedBy: [Int] = []
    var end = network.flatCount
    for (place, layer) in network.layers.enumerated().reversed() {
      guard let start = layer.parameters.first?.offset else { continue }
      if end - start >= minimum || start == 0 {
        ranges.append(start..<end)
        completedBy.append(place)
        end = start
      }
    }
    self.ranges = ranges
    self.completedBy = completedBy
  }

  /// The buckets that the layer at `place` completes.
  func completed(by place: Int) -> Int? { completedBy.firstIndex(of: place) }
}
