import Cluster
import ClusterTestSupport
import Numerics
import Testing

/// What ranks on different CPUs compute with.
@Suite struct CommonInstructionSetTests {
  private func limit(_ host: Int, _ set: InstructionSet, isAsked: Bool = false) -> CommonInstructionSet.Limit {
    .init(host: "node\(host)", set, isAsked: isAsked)
  }

  @Test func theLowest() {
    #expect(CommonInstructionSet([limit(1, .avx512)]).choice() == .avx512)
    #expect(CommonInstructionSet([limit(1, .avx512), limit(2, .avx2), limit(3, .avx512)]).choice() == .avx2)
    #expect(CommonInstructionSet([limit(1, .baseline), limit(2, .avx2)]).choice() == .baseline)
  }

  @Test func theCheckpointsWhereAllHaveItAndNoneAsks() {
    let mixed = CommonInstructionSet([limit(1, .avx512), limit(2, .avx2)])
    #expect(mixed.choice(continuing: .baseline) == .baseline)
    #expect(mixed.choice(continuing: .avx2) == .avx2)
    #expect(mixed.choice(continuing: .avx512) == .avx2)
    let asking = CommonInstructionSet([limit(1, .avx512), limit(2, .avx2, isAsked: true)])
    #expect(asking.choice(continuing: .baseline) == .avx2)
  }

  @Test func whoKeepsTheOthersBack() {
    let alike = CommonInstructionSet([limit(1, .avx2), limit(2, .avx2)])
    #expect(alike.note(on: .avx2) == nil && alike.note(on: .baseline) == nil)
    let mixed = [limit(1, .avx512), limit(2, .avx2)]
    #expect(
      CommonInstructionSet(mixed).note(on: .avx2)
        == "rank 1 (node2) has avx2 at best, 1 other rank has more: all ranks compute with avx2 kernels")
    #expect(CommonInstructionSet(mixed).note(on: .baseline) == nil, "a checkpoint's, which all have")
    #expect(
      CommonInstructionSet([limit(2, .avx2)] + mixed + [limit(1, .avx512)]).note(on: .avx2)
        == "ranks 0 (node2), 2 (node2) have avx2 at best, 2 other ranks have more: all ranks compute with avx2 kernels")
    #expect(
      CommonInstructionSet([limit(1, .avx2, isAsked: true), limit(1, .avx512)]).note(on: .avx2)
        == "DISTTRAIN_ISA limits rank 0 (node1) to avx2, 1 other rank has more: all ranks compute with avx2 kernels")
  }

  @Test func everyRankFindsTheSame() throws {
    let found = ThreadRank.run(3) { job in try CommonInstructionSet(job).choice() }
    #expect(try found.map { try $0.get() } == [.native, .native, .native])
  }
}
