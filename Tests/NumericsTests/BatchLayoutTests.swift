import Numerics
import Testing

@Suite struct BatchLayoutTests {
  private let reduction = ShardReduction(tree: ShardTree(shards: 8), ranges: [0..<2, 2..<5, 5..<8], rank: 1)

  @Test func aRankKnowsItsNodesAndEveryones() {
    #expect(reduction.nodes == [2..<4, 4..<5])
    #expect(reduction.allNodes == [0..<2, 2..<4, 4..<5, 5..<6, 6..<8])
    #expect(reduction.local == [[.push(0), .push(1), .combine], [.push(2)]])
    let order = reduction.root.run({ "\($0)" }, combine: { "(\($0)\($1))" })
    #expect(order == "((01)((23)4))")
  }

  @Test func groupsFollowOneAnother() {
    let layout = BatchLayout(reduction: reduction, shardSizes: [2, 0, 3], globalSamples: 14, groups: 2)
    #expect(layout.segments == [[0..<2, 2..<2, 2..<5], [5..<7, 7..<7, 7..<10]])
    #expect((layout.groups, layout.samples, layout.samplesPerGroup, layout.globalSamples) == (2, 10, 5, 14))
  }

  @Test func blocksNeverCrossShards() {
    let layout = BatchLayout(reduction: reduction, shardSizes: [2, 0, 3], globalSamples: 14, groups: 2)
    #expect(layout.blocks(of: 2) == [0..<2, 2..<4, 4..<5, 5..<7, 7..<9, 9..<10])
    #expect(layout.blocks(of: 100) == [0..<2, 2..<5, 5..<7, 7..<10])
  }
}
