import Foundation
import MachineFacts
import Testing

/// Physical cores within the affinity mask.
@Suite struct CoresTests {
  /// Two cores of two CPUs each.
  private static let siblings = [0: "0,2", 1: "1,3", 2: "0,2", 3: "1,3"]

  @Test(arguments: [
    ("0-3", 2, false), ("0,2", 1, true), ("0-1", 2, true), ("3", 1, true), ("0-2", 2, true), (" 0-3 ", 2, false),
  ])
  func hyperthreadsAreOneCore(allowed: String, cores: Int, isConfined: Bool) {
    let machine = Layout(online: "0-3", allowed: allowed, siblings: Self.siblings).machine
    #expect(machine.cores == cores && machine.isConfined == isConfined)
    #expect(machine.onlineCPUs == [0, 1, 2, 3])
  }

  @Test func siblingsMayBeNeighbours() {
    let machine = Layout(online: "0-3", allowed: "0-3", siblings: [0: "0-1", 1: "0-1", 2: "2-3", 3: "2-3"]).machine
    #expect(machine.cores == 2)
  }

  @Test func hiddenTopologyCountsCPUs() {
    #expect(Layout(online: "0-3", allowed: "1-3").machine.cores == 3)
    #expect(Layout(online: "0-3", allowed: "0-3", siblings: [0: "0,2", 2: "0,2"]).machine.cores == 3)
  }

  /// The affinity mask may contain CPUs that are offline; the mask of a cpuset does not.
  @Test func offlineCPUsDoNotCount() {
    let machine = Layout(online: "0,2-3", allowed: "0-127", siblings: Self.siblings).machine
    #expect(machine.allowedCPUs == [0, 2, 3] && machine.cores == 2 && !machine.isConfined)
  }

  @Test(arguments: [
    ("0-3,8", [0, 1, 2, 3, 8]), ("5", [5]), ("16-17, 3", [3, 16, 17]), ("x,2,7-,-4,9-8,1-q,1-2-3", [2]),
    ("1,0-99999999999", [1]), ("0-9223372036854775808,4", [4]),
  ])
  func kernelLists(list: String, cpus: [Int]) {
    #expect(Layout(online: list, allowed: list).machine.allowedCPUs.sorted() == cpus)
  }

  @Test func whatIsDamagedOrMissingLeavesACore() {
    for layout in [
      Layout(online: "", allowed: ""), Layout(online: "none"), Layout(online: "0", allowed: "7"),
      Layout(online: "0", allowed: "0", siblings: [0: "?"]), Layout(online: "0", allowed: "0", siblings: [0: "4-5"]),
    ] {
      #expect(layout.machine.cores == 1 && layout.machine.onlineCPUs == [0] && !layout.machine.isConfined)
    }
    let machine = Machine(hostName: "host", isRoot: true) { _ in nil }
    #expect(machine.cores == 1 && machine.memoryLimit == nil && machine.isRoot && machine.hostName == "host")
    #expect(Layout(online: "", allowed: "2-3").machine.cores == 2)
  }

  @Test(arguments: [(1, 6), (2, 3), (4, 1), (6, 1), (7, 1), (0, 6)])
  func ranksDivideTheCores(ranks: Int, threads: Int) {
    #expect(Layout(online: "0-5", allowed: "0-5").machine.threads(sharedBy: ranks) == threads)
  }

  /// Foundation, which asks for the scheduler's mask, finds the same number of CPUs.
  @Test func thisMachine() {
    let machine = Machine.current
    #expect(machine.allowedCPUs.count == ProcessInfo.processInfo.activeProcessorCount)
    #expect((1...machine.allowedCPUs.count).contains(machine.cores) && !machine.hostName.isEmpty)
    #expect(machine.memoryLimit.map { $0 > 1 << 20 && $0 <= ProcessInfo.processInfo.physicalMemory } == true)
  }
}
