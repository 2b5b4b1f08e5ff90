import Numerics
import Testing

@Suite struct ShardTreeTests {
  /// The definition, in its plainest form: a node splits at the largest power of two below its length.
  private func direct(_ values: ArraySlice<Float>) -> Float {
    if values.count == 1 { return values.first! }
    let half = (0..<32).map { 1 << $0 }.last { $0 < values.count }!
    return direct(values.prefix(half)) + direct(values.dropFirst(half))
  }

  /// Values whose float sum depends on the order, so that equal bits mean an equal order.
  private func values(_ count: Int) -> [Float] {
    var stream = RandomStream(seed: 3, purpose: .synthetic, step: count)
    return (0..<count).map { _ in (stream.nextUniform() - 0.5) * Float(1 << (stream.nextWord() % 20)) }
  }

  @Test(arguments: 1...40)
  func nodesOfAnyRanksGiveTheBitsOfTheDirectTree(shards: Int) {
    let tree = ShardTree(shards: shards)
    let values = values(shards)
    let expected = direct(values[...])
    #expect(ShardTree.reduction(of: 0..<shards).run({ values[$0] }, combine: +) == expected)
    for ranks in 1...shards {
      let nodes = (0..<ranks).flatMap { tree.nodes(in: $0 * shards / ranks..<($0 + 1) * shards / ranks) }
      #expect(nodes.flatMap(Array.init) == Array(0..<shards), "the nodes of \(ranks) ranks are a partition, in order")
      let sums = nodes.map { ShardTree.reduction(of: $0).run({ values[$0] }, combine: +) }
      #expect(tree.reduction(of: nodes).run({ sums[$0] }, combine: +).bitPattern == expected.bitPattern)
    }
  }

  @Test func theTestValuesTellOrdersApart() {
    let apart = (3...40).filter { values($0).reduce(0, +) != direct(values($0)[...]) }
    #expect(apart.count > 15)
  }

  @Test func nodesAreMaximal() {
    #expect(ShardTree(shards: 8).nodes(in: 0..<8) == [0..<8])
    #expect(ShardTree(shards: 8).nodes(in: 2..<5) == [2..<4, 4..<5])
    #expect(ShardTree(shards: 8).nodes(in: 1..<7) == [1..<2, 2..<4, 4..<6, 6..<7])
    #expect(ShardTree(shards: 13).nodes(in: 4..<13) == [4..<8, 8..<13])
    #expect(ShardTree(shards: 13).nodes(in: 5..<5) == [])
  }

  @Test(arguments: 1...40)
  func stackStaysShallow(shards: Int) {
    var depth = 0
    var deepest = 0
    for operation in ShardTree.reduction(of: 0..<shards) {
      depth += operation == .combine ? -1 : 1
      deepest = max(deepest, depth)
    }
    let bound = (0...).first { 1 << $0 >= shards }! + 1  // ⌈log₂ n⌉ + 1
    #expect(depth == 1 && deepest <= bound)
  }

  @Test func rightOperandComesSecond() {
    let text = ShardTree.reduction(of: 0..<5).run({ "\($0)" }, combine: { "(\($0)\($1))" })
    #expect(text == "(((01)(23))4)")
  }
}
