/// Sums over shards by the tree, with memory for those that wait for their partner.
struct ShardSums {
  /// The most sums that wait at once, beside the one that stands in its destination.
  static func waiting(shards: Int) -> Int { Int.bitWidth - max(0, shards - 1).leadingZeroBitCount }

  let layout: BatchLayout
  /// `waiting(shards:)` · `count` floats.
  let stack: Floats
  /// Floats of a sum.
  let count: Int

  /// Calls `body` with all shards of each group and node, in runs of consecutive ones.
  ///
  /// - Parameters:
  ///   - offset: in `sums`, of the destination.
  ///   - limit: the most samples of a run of several shards.
  ///   - body: for each shard of the run writes its sum, then makes the additions that are complete with it.
  func forEachRun(
    into sums: NodeBuffers, at offset: Int, ofSamples limit: Int = .max, _ body: (_ run: Run) -> Void
  ) {
    for (group, segments) in layout.segments.enumerated() {
      for (node, operations) in layout.reduction.local.enumerated() {
        var run = Run(
          segments: segments, operations: operations, destination: sums[group: group, node: node] + offset,
          stack: stack, count: count)
        while run.advance(ofSamples: limit) { body(run) }
      }
    }
  }

  /// Where the sum of one shard comes to stand, and the additions of the tree that are complete with it.
  struct Place {
    let samples: Range<Int>
    fileprivate let run: Run
    fileprivate let height: Int
    let additions: Int

    /// Of the shard alone.
    var sum: Floats { run.slot(height) }

    /// left ← left + right, in order.
    func addition(_ index: Int) -> (left: Floats, right: Floats) {
      (run.slot(height - index - 1), run.slot(height - index))
    }

    /// Makes all additions, from `first` on.
    func add(from first: Int = 0, _ add: (_ left: Floats, _ right: Floats) -> Void) {
      for index in first..<additions {
        let (left, right) = addition(index)
        add(left, right)
      }
    }
  }

  /// Consecutive shards of one node, in the tree's order.
  ///
  /// Sendable since a thread writes only the elements of the sums that its iteration owns.
  struct Run: Sequence, @unchecked Sendable {
    fileprivate let segments: [Range<Int>]
    fileprivate let operations: [ShardTree.Operation]
    fileprivate let destination: Floats
    fileprivate let stack: Floats
    fileprivate let count: Int
    /// Of `operations`, and the sums that wait before the first of them.
    private var range = 0..<0
    private var height = 0
    /// Of all its shards.
    private(set) var samples = 0..<0

    fileprivate init(
      segments: [Range<Int>], operations: [ShardTree.Operation], destination: Floats, stack: Floats, count: Int
    ) {
      self.segments = segments
      self.operations = operations
      self.destination = destination
      self.stack = stack
      self.count = count
    }

    /// Goes on to the next shards; false where there are none.
    fileprivate mutating func advance(ofSamples limit: Int) -> Bool {
      var (end, isFirst) = (range.upperBound, true)
      for operation in operations[range] { height += operation == .combine ? -1 : 1 }
      let start = end
      while end < operations.count {
        if case .push(let shard) = operations[end] {
          let own = segments[shard]
          if !isFirst, own.upperBound - samples.lowerBound > limit { break }
          samples = (isFirst ? own.lowerBound : samples.lowerBound)..<own.upperBound
          isFirst = false
        }
        end += 1
      }
      range = start..<end
      return !range.isEmpty
    }

    /// The bottom of the stack is the destination itself.
    fileprivate func slot(_ level: Int) -> Floats { level == 0 ? destination : stack + (level - 1) * count }

    struct Iterator: IteratorProtocol {
      fileprivate let run: Run
      fileprivate var position: Int
      fileprivate var height: Int

      mutating func next() -> Place? {
        guard position < run.range.upperBound, case .push(let shard) = run.operations[position] else { return nil }
        position += 1
        var additions = 0
        while position < run.range.upperBound, run.operations[position] == .combine {
          additions += 1
          position += 1
        }
        defer { height += 1 - additions }
        return Place(samples: run.segments[shard], run: run, height: height, additions: additions)
      }
    }

    func makeIterator() -> Iterator { Iterator(run: self, position: range.lowerBound, height: height) }
  }
}
