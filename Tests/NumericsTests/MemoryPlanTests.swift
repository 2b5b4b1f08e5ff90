import Numerics
import Testing

@Suite struct MemoryPlanTests {
  /// A block of any type.
  private struct Held {
    /// Whole cache lines.
    let bytes: Int
    let release: (inout MemoryPlan) -> Void
    /// The place in the region.
    let range: (_ region: UnsafeMutableRawPointer) -> Range<Int>

    init<Element: BitwiseCopyable>(_ count: Int, of type: Element.Type, in plan: inout MemoryPlan) {
      let block = plan.hold(count, of: type)
      let own = count * MemoryLayout<Element>.stride
      bytes = (own + 63) / 64 * 64
      release = { $0.release(block) }
      range = { region in
        let start = UnsafeMutableRawPointer(block.start(in: region)) - region
        return start..<start + own
      }
    }
  }

  /// Blocks held at the same time never overlap, and begin on cache lines, in plans that hold and release at random: of
  /// floats alone, and of types of 1 to 8 bytes.
  @Test(arguments: 1...50, [false, true])
  func blocksHeldTogetherLieApart(seed: UInt64, isMixed: Bool) {
    var stream = RandomStream(seed: seed, purpose: .synthetic)
    var plan = MemoryPlan()
    var held: [Held] = []
    var pairs: [(Held, Held)] = []
    var (sum, most) = (0, 0)
    for _ in 0..<80 {
      if !held.isEmpty, stream.next(below: 5) < 2 {
        let block = held.remove(at: stream.next(below: held.count))
        block.release(&plan)
        sum -= block.bytes
      } else {
        let count = 1 + stream.next(below: 10_000)
        let block =
          switch isMixed ? stream.next(below: 4) : 0 {
          case 1: Held(count, of: UInt16.self, in: &plan)
          case 2: Held(count, of: Double.self, in: &plan)
          case 3: Held(count, of: UInt8.self, in: &plan)
          default: Held(count, of: Float.self, in: &plan)
          }
        pairs += held.map { ($0, block) }
        held.append(block)
        sum += block.bytes
        most = max(most, sum)
      }
    }
    let bytes = plan.complete()
    let region = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 128)
    defer { region.deallocate() }
    for (first, second) in pairs {
      let (a, b) = (first.range(region), second.range(region))
      #expect(!a.overlaps(b))
      #expect(a.lowerBound >= 0 && a.upperBound <= bytes && b.lowerBound % 64 == 0)
    }
    // No plan can use less than is held at the same time; the greedy plan uses at most half as much again.
    #expect(bytes >= most && bytes <= most * 3 / 2, "\(bytes) for \(most)")
  }

  /// A chain of layers holds its outputs until the backward pass, whose gradients reuse the places of later outputs.
  @Test func gradientsTakeThePlaceOfOutputs() {
    var plan = MemoryPlan()
    let outputs = [32, 16, 16, 16].map { plan.hold($0, of: Float.self) }
    var gradient = plan.hold(16, of: Float.self)
    for (index, output) in outputs.enumerated().reversed() {
      plan.release(output)
      guard index > 0 else { break }
      let next = plan.hold(outputs[index - 1].count, of: Float.self)
      plan.release(gradient)
      gradient = next
    }
    #expect(
      plan.complete() == 4 * 96, "all outputs and one gradient; a gradient of its own for each layer takes 4 · 176")
  }

  @Test func blocksOfDifferentTimesShareAPlace() {
    var plan = MemoryPlan()
    let kept = plan.hold(32, of: Float.self)
    let first = plan.hold(100, of: Float.self)
    plan.release(first)
    let second = plan.hold(90, of: UInt16.self)
    let bytes = plan.complete()
    #expect(bytes == 4 * (32 + 112))
    let region = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    defer { region.deallocate() }
    let place = UnsafeMutableRawPointer(first.start(in: region))
    #expect(place == UnsafeMutableRawPointer(second.start(in: region)))
    #expect(place != UnsafeMutableRawPointer(kept.start(in: region)))
  }

  /// A type of half the bytes takes half the space.
  @Test func roomIsCountedInBytes() {
    var plan = MemoryPlan()
    let block = plan.hold(1000, of: UInt16.self)
    #expect(block.count == 1000 && plan.complete() == 2048)
  }
}

@Suite struct WorkspaceTests {
  /// Every thread of a context has its part of the workspace, allocated from the arena.
  @Test func aContextsThreadsHavePartsOfTheirOwn() {
    let context = ComputeContext(kernels: Kernels(.native), threads: Threads(count: 3))
    defer { context.threads.stop() }
    context.workspace.reserve(32, of: Float.self)
    context.workspace.commit()
    #expect(context.arena.bytes == 3 * 32 * 4)
    #expect(context.workspace[2] == context.workspace[0] + 64)
  }

  @Test func aLaterPlanMayAskForMore() {
    let arena = Arena()
    let workspace = Workspace(threads: 2, arena: arena)
    workspace.reserve(100_001, of: Float.self)
    workspace.commit()
    let first = workspace[0]
    workspace.reserve(50, of: Double.self)
    workspace.commit()
    #expect(workspace[0] == first && workspace[1] == first + 100_016 && arena.bytes == 2 * 100_016 * 4)
    workspace.reserve(1_000_000, of: UInt16.self)
    workspace.commit()
    workspace[1][499_999] = 1
    #expect(workspace.count == 500_000 && arena.bytes == 2 * 500_000 * 4)
  }
}
