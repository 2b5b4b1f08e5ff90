import Cluster
import GAN
import Testing

/// Who sends what to whom where: seen from all ranks at once, without messages or memory.
@Suite struct BucketLayoutTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let range: Range<Int>
    let shards: Int
    let ranks: Int
    var testDescription: String { "\(range), \(shards) shards on \(ranks) ranks" }

    /// Bounds of parameters behind the 2³¹st, shards that divide well and badly, more ranks than vectors.
    static let all: [Case] = {
      let starts = [0, 32, 5 << 31, 1 << 40]
      let counts = [96, 1_000_003, Buckets.largest, 16]
      let jobs: [(shards: Int, ranks: Int)] = [(1, 1), (8, 2), (8, 3), (128, 3), (100, 7), (64, 64), (1_000_000, 5)]
      return zip(starts, counts).flatMap { start, count in
        jobs.map { Case(range: start..<start + count, shards: $0.shards, ranks: $0.ranks) }
      }
    }()

    func layouts() throws -> [BucketLayout] {
      let plan = try ShardPlan(batch: shards, shards: shards, ranks: ranks)
      let nodes = (0..<ranks).map { plan.nodes(ofRank: $0).count }
      return (0..<ranks).map { BucketLayout(range, rank: $0, nodes: nodes) }
    }
  }

  @Test(arguments: Case.all)
  func theRanksOwnTheBucket(_ example: Case) throws {
    let layouts = try example.layouts()
    var next = example.range.lowerBound
    for (rank, layout) in layouts.enumerated() {
      #expect(layout.owned.lowerBound == next && layout.range == example.range)
      next = layout.owned.upperBound
      for slices in layouts.map(\.slices) {
        #expect(example.range.lowerBound + slices.offsets[rank] == layout.owned.lowerBound)
        #expect(slices.counts[rank] == layout.owned.count)
      }
    }
    #expect(next == example.range.upperBound)
  }

  /// What one sends is what the other expects, and nothing lies where something else does.
  @Test(arguments: Case.all)
  func whatIsSentIsReceived(_ example: Case) throws {
    let layouts = try example.layouts()
    for (rank, layout) in layouts.enumerated() {
      var places: [Range<Int>] = []
      for lane in layout.lanes.indices {
        let (sent, received) = layout.lanes[lane]
        #expect(sent.counts[rank] == 0 && received.counts[rank] == 0, "nothing to itself")
        for other in layouts.indices {
          #expect(sent.counts[other] == layouts[other].lanes[lane].received.counts[rank])
          if sent.counts[other] > 0 {
            #expect(example.range.lowerBound + sent.offsets[other] == layouts[other].owned.lowerBound)
          }
          if received.counts[other] > 0 {
            places.append(received.offsets[other]..<received.offsets[other] + received.counts[other])
          }
        }
      }
      places.sort { $0.lowerBound < $1.lowerBound }
      #expect(zip(places, places.dropFirst()).allSatisfy { $0.upperBound == $1.lowerBound })
      #expect((places.first?.lowerBound ?? 0) == 0 && (places.last?.upperBound ?? 0) == layout.receivedCount)
    }
  }

  /// MPI 3.1 counts and places elements in C's int.
  @Test(arguments: Case.all)
  func everyNumberHas32Bits(_ example: Case) throws {
    for layout in try example.layouts() {
      let all = [layout.slices] + layout.lanes.flatMap { [$0.sent, $0.received] }
      for blocks in all {
        let ends = zip(blocks.offsets, blocks.counts).map { $0 + $1 }
        #expect(ends.allSatisfy { $0 <= Int(Int32.max) } && layout.receivedCount <= Int(Int32.max))
      }
    }
  }
}
