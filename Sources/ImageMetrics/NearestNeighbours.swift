import Numerics

/// Of each image the nearest ones of a larger set, which comes in portions: by the root mean square of the differences
/// between their values.
package struct NearestNeighbours {
  package struct Neighbour: Hashable, Sendable {
    /// In the larger set.
    package let index: Int
    /// Root mean square difference, in the images' unit: [−1, 1] is 2 wide.
    package let distance: Double
  }

  private let images: ImageArray
  private let threads: Threads
  /// How many are kept of each image.
  private let count: Int
  /// Of each image, the nearest first; of equally near ones the first.
  package private(set) var neighbours: [[Neighbour]]

  package init(of images: ImageArray, count: Int, threads: Threads) {
    self.images = images
    self.count = count
    self.threads = threads
    neighbours = Array(repeating: [], count: images.count)
  }

  /// Looks among `portion`, whose first image has the index `first`; portions come in order.
  package mutating func look(among portion: ImageArray, first: Int) {
    precondition(portion.imageSize == images.imageSize, "images of one size")
    let (size, images, count) = (images.imageSize, images, count)
    neighbours.withUnsafeMutableBufferPointer { neighbours in
      images.values.withUnsafeBufferPointer { own in
        portion.values.withUnsafeBufferPointer { others in
          nonisolated(unsafe) let (neighbours, own, others) = (neighbours, own, others)
          threads.forEach(images.count) { image, _ in
            for other in 0..<portion.count {
              let sum = Self.squaredDistance(own.baseAddress! + image * size, others.baseAddress! + other * size, size)
              let found = Neighbour(index: first + other, distance: (sum / Double(size)).squareRoot())
              Self.insert(found, into: &neighbours[image], atMost: count)
            }
          }
        }
      }
    }
  }

  private static func insert(_ found: Neighbour, into list: inout [Neighbour], atMost count: Int) {
    if list.count == count {
      guard found.distance < list[count - 1].distance else { return }
      list.removeLast()
    }
    list.insert(found, at: list.firstIndex { found.distance < $0.distance } ?? list.count)
  }

  /// Sums of 1,024 values in single precision, and these in double.
  private static func squaredDistance(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ count: Int) -> Double {
    var total = 0.0
    var place = 0
    while place < count {
      let end = min(place + 1024, count)
      var sums = SIMD16<Float>()
      while place + 16 <= end {
        let difference =
          UnsafeRawPointer(a + place).loadUnaligned(as: SIMD16<Float>.self)
          - UnsafeRawPointer(b + place).loadUnaligned(as: SIMD16<Float>.self)
        sums += difference * difference
        place += 16
      }
      total += Double(sums.sum())
      while place < end {
        total += Double((a[place] - b[place]) * (a[place] - b[place]))
        place += 1
      }
    }
    return total
  }
}
