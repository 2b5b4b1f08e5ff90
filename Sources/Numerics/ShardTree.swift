/// The fixed order in which per-shard values are combined: a binary tree over the shards 0 ..< `shards`. A node [a, b)
/// splits at a plus the largest power of two below b − a. The same pairs are combined in the same order on any number
/// of ranks, so sums and moments have the same bits.
package struct ShardTree: Hashable, Sendable {
  package let shards: Int

  package init(shards: Int) {
    precondition(shards > 0, "at least one shard")
    self.shards = shards
  }

  /// An instruction of a stack machine: push a shard's value, or combine the two values on top.
  @frozen
  package enum Operation: Equatable, Sendable {
    case push(Int)
    case combine
  }

  /// The maximal whole nodes of the tree within `range`, in order. A rank that owns these shards sends their values.
  package func nodes(in range: Range<Int>) -> [Range<Int>] {
    func collect(_ node: Range<Int>) -> [Range<Int>] {
      let common = node.clamped(to: range)
      if common.isEmpty { return [] }
      if common == node { return [node] }
      let middle = Self.split(node)
      return collect(node.lowerBound..<middle) + collect(middle..<node.upperBound)
    }
    return collect(0..<shards)
  }

  /// The operations that reduce the shards of one whole node to one value. The stack holds at most ⌈log₂ n⌉ + 1 values.
  package static func reduction(of node: Range<Int>) -> [Operation] {
    if node.count == 1 { return [.push(node.lowerBound)] }
    let middle = split(node)
    return reduction(of: node.lowerBound..<middle) + reduction(of: middle..<node.upperBound) + [.combine]
  }

  /// The operations that reduce `nodes`, a partition of all shards into whole nodes, to the root. `push(i)` takes the
  /// value of `nodes[i]`.
  package func reduction(of nodes: [Range<Int>]) -> [Operation] {
    let place = Dictionary(uniqueKeysWithValues: nodes.enumerated().map { ($1, $0) })
    func reduce(_ node: Range<Int>) -> [Operation] {
      if let index = place[node] { return [.push(index)] }
      precondition(node.count > 1, "shard \(node.lowerBound) is in no node")
      let middle = Self.split(node)
      return reduce(node.lowerBound..<middle) + reduce(middle..<node.upperBound) + [.combine]
    }
    return reduce(0..<shards)
  }

  private static func split(_ node: Range<Int>) -> Int {
    node.lowerBound + 1 << (Int.bitWidth - 1 - (node.count - 1).leadingZeroBitCount)
  }
}

extension [ShardTree.Operation] {
  /// Runs the operations on values: `value(i)` for `push(i)`, `combine(left, right)` for `combine`. Allocates nothing
  /// for small values, because it is called within steps.
  @inlinable
  package func run<Value>(_ value: (Int) throws -> Value, combine: (Value, Value) throws -> Value) rethrows -> Value {
    // The stack holds at most ⌈log₂ n⌉ + 1 values, and never more than there are operations.
    try withUnsafeTemporaryAllocation(of: Value.self, capacity: Swift.min(count, Int.bitWidth + 1)) { stack in
      var height = 0
      defer { stack.baseAddress!.deinitialize(count: height) }
      for operation in self {
        switch operation {
        case .push(let index):
          (stack.baseAddress! + height).initialize(to: try value(index))
          height += 1
        case .combine:
          let right = (stack.baseAddress! + height - 1).move()
          height -= 1
          stack[height - 1] = try combine(stack[height - 1], right)
        }
      }
      precondition(height == 1, "a reduction leaves one value")
      return stack[0]
    }
  }
}
