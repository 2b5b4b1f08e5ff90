import Tensor
import Testing

@Suite struct MemoryPlanTests {
  /// What is held at the same time never overlaps, in plans that hold and release at random.
  @Test(arguments: 1...50)
  func blocksHeldTogetherLieApart(seed: UInt64) {
    var stream = RandomStream(seed: seed, purpose: .synthetic)
    var plan = MemoryPlan()
    var held: [MemoryPlan.Block] = []
    var pairs: [(MemoryPlan.Block, MemoryPlan.Block)] = []
    var (sum, most) = (0, 0)
    for _ in 0..<80 {
      if !held.isEmpty, stream.next(below: 5) < 2 {
        let block = held.remove(at: stream.next(below: held.count))
        plan.release(block)
        sum -= block.count
      } else {
        let block = plan.hold(1 + stream.next(below: 10_000))
        pairs += held.map { ($0, block) }
        held.append(block)
        sum += block.count
        most = max(most, sum)
      }
    }
    let floats = plan.complete()
    for (first, second) in pairs {
      let (a, b) = (first.offset!, second.offset!)
      #expect(a + first.count <= b || b + second.count <= a)
      #expect(a >= 0 && a + first.count <= floats && b % 16 == 0)
    }
    // No plan can do with less than is held at once, and nobody needs more than one after the other.
    #expect(floats >= most && floats <= most * 3 / 2, "\(floats) for \(most)")
  }

  /// A chain of layers keeps its outputs until the gradients come back, which take the place of those behind them.
  @Test func gradientsTakeThePlaceOfOutputs() {
    var plan = MemoryPlan()
    let outputs = [32, 16, 16, 16].map { plan.hold($0) }
    var gradient = plan.hold(16)
    for (index, output) in outputs.enumerated().reversed() {
      plan.release(output)
      guard index > 0 else { break }
      let next = plan.hold(outputs[index - 1].count)
      plan.release(gradient)
      gradient = next
    }
    #expect(plan.complete() == 96, "all outputs and one gradient; a gradient of its own for each layer takes 176")
  }

  @Test func blocksOfDifferentTimesShareAPlace() {
    var plan = MemoryPlan()
    let kept = plan.hold(32)
    let first = plan.hold(100)
    plan.release(first)
    let second = plan.hold(90)
    #expect(plan.complete() == 32 + 112)
    #expect(first.offset == second.offset && kept.offset != first.offset)
  }
}

@Suite struct WorkspaceTests {
  @Test func aLaterPlanMayAskForMore() {
    let arena = Arena()
    let workspace = Workspace(threads: 2, arena: arena)
    workspace.reserve(100)
    workspace.commit()
    let first = workspace[0]
    workspace.reserve(50)
    workspace.commit()
    #expect(workspace[0] == first && workspace[1] == first + 112 && arena.bytes == 2 * 112 * 4)
    workspace.reserve(5000)
    workspace.commit()
    workspace[1][5007] = 1
    #expect(workspace.count == 5008 && arena.bytes == 2 * 5008 * 4)
  }
}
