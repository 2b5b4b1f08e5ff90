/// Places in one region for blocks that are needed at different times. Blocks that are held at the same time never
/// overlap. A plan is made by going through the work once and calling `hold` and `release`, like malloc and free.
///
/// Blocks are placed in order of size, the largest first, each in the lowest gap between the blocks held at the same
/// time (Pisarchyk & Lee 2020, arXiv 2001.03288, "greedy by size").
package struct MemoryPlan {
  /// Room for elements of one type.
  package struct Block<Element: BitwiseCopyable> {
    /// Number of elements.
    package let count: Int
    fileprivate let place: Place

    /// The first element, in the region of the completed plan. Contents are undefined until written: other blocks may
    /// have used the same place.
    package func start(in region: UnsafeMutableRawPointer) -> UnsafeMutablePointer<Element> {
      guard let offset = place.offset else { preconditionFailure("complete the plan first") }
      return (region + offset).bindMemory(to: Element.self, capacity: count)
    }
  }

  /// A block's bytes in the region, and the time for which they are held.
  fileprivate final class Place {
    let bytes: Int
    let start: Int
    var end = Int.max
    /// First byte; known once the plan is complete.
    var offset: Int?

    init(bytes: Int, start: Int) {
      self.bytes = bytes
      self.start = start
    }

    func isHeld(with other: Place) -> Bool { start < other.end && other.start < end }
  }

  /// Blocks begin on cache lines.
  private static let alignment = 64

  private var places: [Place] = []
  private var now = 0

  package init() {}

  /// A block of `count` elements, needed from now on.
  package mutating func hold<Element: BitwiseCopyable>(_ count: Int, of type: Element.Type) -> Block<Element> {
    let bytes = count * MemoryLayout<Element>.stride
    let place = Place(bytes: (bytes + Self.alignment - 1) / Self.alignment * Self.alignment, start: now)
    places.append(place)
    now += 1
    return Block(count: count, place: place)
  }

  /// Ends the need for `block`.
  package mutating func release<Element>(_ block: Block<Element>) {
    precondition(block.place.end == .max, "released twice")
    block.place.end = now
    now += 1
  }

  /// Gives every block its place. Blocks that were not released are needed to the end.
  ///
  /// - Returns: bytes of the region, which begins on a cache line.
  package func complete() -> Int {
    var placed: [Place] = []
    for place in places.sorted(by: { $0.bytes > $1.bytes }) {
      var offset = 0
      for other in placed where other.isHeld(with: place) {
        if other.offset! >= offset + place.bytes { break }
        offset = max(offset, other.offset! + other.bytes)
      }
      place.offset = offset
      placed.insert(place, at: placed.firstIndex { $0.offset! > offset } ?? placed.count)
    }
    return places.map { $0.offset! + $0.bytes }.max() ?? 0
  }
}
