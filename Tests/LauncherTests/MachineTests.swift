import Testing
import disttrain_launch

@Suite struct MachineTests {
  /// Two cores of two hardware threads each.
  private let siblings = [0: "0,2", 1: "1,3", 2: "0,2", 3: "1,3"]

  private func machine(allowed: Set<Int>, quota: Double? = nil) -> Machine {
    Machine(hostName: "h", isRoot: false, allowed: allowed, siblings: siblings, quota: quota)
  }

  @Test func countsPhysicalCoresWithinMaskAndQuota() {
    #expect(machine(allowed: [0, 1, 2, 3]).cores == 2)
    #expect(!machine(allowed: [0, 1, 2, 3]).isConfined)
    #expect(machine(allowed: [0, 2]).cores == 1)
    #expect(machine(allowed: [0, 2]).isConfined)
    #expect(machine(allowed: [0, 1, 2, 3], quota: 1.5).cores == 1)
    #expect(machine(allowed: [0, 1, 2, 3], quota: 1.5).isConfined)
    #expect(machine(allowed: [0, 1, 2, 3], quota: 0.2).cores == 1)
    #expect(!machine(allowed: [0, 1, 2, 3], quota: 4).isConfined)
  }

  @Test func readsKernelLists() {
    #expect(Machine.cpus(inList: "0-3,8") == [0, 1, 2, 3, 8])
    #expect(Machine.cpus(inList: "5") == [5])
    #expect(Machine.cpus(inList: "") == [])
  }

  @Test func takesTheLeastQuotaOnTheWayUp() {
    let files = ["/c/a/b/cpu.max": "max 100000", "/c/a/cpu.max": "250000 100000", "/c/cpu.max": "400000 100000"]
    #expect(Machine.quota(root: "/c", group: "/a/b", read: { files[$0] }) == 2.5)
    #expect(Machine.quota(root: "/c", group: "/", read: { files[$0] }) == 4)
    #expect(Machine.quota(root: "/none", group: "/a", read: { files[$0] }) == nil)
  }
}
