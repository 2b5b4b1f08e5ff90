/// Sums over shards in the order of the tree, with memory for sums that wait for their partner.
struct ShardSums {
  /// The most sums that wait at once, besides the one in the destination itself.
  static func waiting(shards: Int) -> Int { Int.bitWidth - max(0, shards - 1).leadingZeroBitCount }

  let layout: BatchLayout
  /// `waiting(shards:)` · `count` floats.
  let stack: Floats
  /// Floats in one sum.
  let count: Int

  /// Calls `body` with all shards of each group and node, in runs of consecutive ones.
  ///
  /// - Parameters:
  ///   - offset: of the destination in `sums`.
  ///   - limit: the most samples in a run of several shards.
  ///   - body: writes the sum of each shard of the run, then makes the additions that this sum completes.
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

  /// Where the sum of one shard goes, and the tree's additions that this sum completes.
  struct Place {
    let samples: Range<Int>
    fileprivate let run: Run
    fileprivate let height: Int
    let additions: Int

    /// The sum of this shard alone.
    var sum: Floats { run.slot(height) }

    /// left ← left + right, in order.
    func addition(_ index: Int) -> (left: Floats, right: Floats) {
      (run.slot(height - index - 1), run.slot(height - index))
    }

    /// Makes the additions from number `first` on.
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
    /// The run's part of `operations`, and the number of sums that wait before it.
    private var range = 0..<0
    private var height = 0
    /// The samples of all of the run's shards.
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

    /// Moves to the next run of shards; false if there are no more.
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

    /// Level 0 is the destination itself.
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
