import Cluster
import ClusterTestSupport
import Foundation
import MachineFacts
import Reporting
import Testing

/// What the ranks of a job tell each other before and around the training.
@Suite struct JobTests {
  /// A machine of `cores` cores of two CPUs each, whose affinity is `cpus`.
  ///
  /// - Parameter quota: the CPUs that the control group allows.
  private static func machine(cores: Int, cpus: String, quota: Int? = nil) -> Machine {
    Machine(hostName: "host", isRoot: false) { path in
      switch path {
      case "/proc/self/cgroup": "0::/\n"
      case "/proc/self/mountinfo": "30 22 0:26 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n"
      case "/sys/fs/cgroup/cpu.max": quota.map { "\($0)00000 100000\n" }
      case "/sys/devices/system/cpu/online": "0-\(2 * cores - 1)"
      case "/proc/self/status": "Cpus_allowed_list:\t\(cpus)\n"
      default:
        (0..<cores).map { "\($0),\($0 + cores)" }.first { siblings in
          siblings.split(separator: ",").contains { path.contains("/cpu\($0)/topology/thread_siblings_list") }
        }
      }
    }
  }

  @Test func ranksThatShareCoresDivideThem() throws {
    let machine = Self.machine(cores: 6, cpus: "0-11")
    for (ranks, expected) in [(1, 6), (2, 3), (4, 1), (64, 1)] {
      let threads = ThreadRank.run(ranks) { try ThreadCount.resolve(.automatic, $0, on: machine) }
      #expect(try threads.map { try $0.get() } == Array(repeating: expected, count: ranks))
    }
    let apart = ThreadRank.run(3, hosts: ["a", "b", "a"]) { try ThreadCount.resolve(.automatic, $0, on: machine) }
    #expect(try apart.map { try $0.get() } == [3, 6, 3])
    let fixed = ThreadRank.run(2) { try ThreadCount.resolve(.fixed(5), $0, on: machine) }
    #expect(try fixed.map { try $0.get() } == [5, 5])
  }

  /// Ranks that mpirun has bound to cores of their own share none.
  @Test func boundRanksHaveTheirOwn() throws {
    let bound = ["0-1,6-7", "2,8", "2,8", "3-5,9-11"].map { Self.machine(cores: 6, cpus: $0) }
    let threads = ThreadRank.run(4) { try ThreadCount.resolve(.automatic, $0, on: bound[$0.rank]) }
    #expect(try threads.map { try $0.get() } == [2, 1, 1, 3])
  }

  /// Ranks with cores of their own still share the quota of their control group.
  @Test func boundRanksShareTheQuota() throws {
    let bound = ["0-3,8-11", "4-7,12-15", "0-3,8-11", "4-7,12-15"].map { Self.machine(cores: 8, cpus: $0, quota: 6) }
    let threads = ThreadRank.run(4) { try ThreadCount.resolve(.automatic, $0, on: bound[$0.rank]) }
    #expect(try threads.map { try $0.get() } == [1, 1, 1, 1])
    let two = ThreadRank.run(2) { try ThreadCount.resolve(.automatic, $0, on: bound[$0.rank]) }
    #expect(try two.map { try $0.get() } == [3, 3])
    let apart = ThreadRank.run(2, hosts: ["a", "b"]) { try ThreadCount.resolve(.automatic, $0, on: bound[$0.rank]) }
    #expect(try apart.map { try $0.get() } == [4, 4])
  }

  @Test func moreRanksThanCoresOrQuota() {
    let machine = Self.machine(cores: 4, cpus: "0", quota: nil)
    #expect(Oversubscription.note(onRanks: 8, on: machine) == nil)
    #expect(Oversubscription.note(onRanks: 9, on: machine)?.contains("share the 8 cores of this host") == true)
    let limited = Self.machine(cores: 4, cpus: "0-7", quota: 2)
    #expect(Oversubscription.note(onRanks: 2, on: limited) == nil)
    let note = Oversubscription.note(onRanks: 3, on: limited)
    #expect(note?.contains("CPU time of 2 cores") == true && note?.hasSuffix("mpirun -np 2 …") == true)
  }

  @Test func withoutAJob() {
    let machine = Self.machine(cores: 4, cpus: "0-7")
    #expect(ThreadCount.resolve(.automatic, on: machine) == 4)
    #expect(ThreadCount.resolve(.automatic, on: machine, sharedBy: 3) == 1)
    #expect(ThreadCount.resolve(.fixed(9), on: machine, sharedBy: 3) == 9)
  }

  @Test func ranksThatAgreeGoOn() throws {
    for result in ThreadRank.run(3, { try Agreement.check([("seed", "1", "advice"), ("name", "a", "b")], job: $0) }) {
      try result.get()
    }
  }

  @Test func ranksThatDifferAreNamed() throws {
    let hosts = ["node1", "node1", "node2", "node2", "node2", "node3", "node3"]
    let results = ThreadRank.run(7, hosts: hosts) { job in
      try Agreement.check(
        [
          ("the configuration", job.rank == 2 ? "bbb" : "aaa", "Give every rank the same."),
          ("the seed", "7", "Unused."),
          ("the program", job.rank < 2 ? "old" : "new", "Install the same."),
        ], job: job)
    }
    let expected = """
      the ranks do not agree:
        the configuration:
          aaa on ranks 0 (node1), 1 (node1), 3 (node2), 4 (node2) and 2 more
          bbb on rank 2 (node2)
          Give every rank the same.
        the program:
          new on ranks 2 (node2), 3 (node2), 4 (node2), 5 (node3) and 1 more
          old on ranks 0 (node1), 1 (node1)
          Install the same.
      """
    for result in results {
      let error = #expect(throws: AgreedError.self) { try result.get() }
      #expect(error?.message == expected && error?.code == .usage)
    }
  }

  @Test func anErrorOfOneRankIsEveryRanks() throws {
    let results = ThreadRank.run(4) { job in
      let fails = job.rank == 1 || job.rank == 3
      try job.agree(on: fails ? UserFacingError(code: .badData, message: "rank \(job.rank) says:\nno") : nil)
    }
    for result in results {
      let error = #expect(throws: AgreedError.self) { try result.get() }
      #expect(error?.error == UserFacingError(code: .badData, message: "rank 1 says:\nno"))
    }
  }

  @Test func rank0sErrorIsEveryRanks() throws {
    let results = ThreadRank.run(3) { job in
      try job.onFirst { throw UserFacingError(code: .inputOutput, message: "disk full") }
    }
    for result in results {
      #expect(throws: AgreedError.self) { try result.get() }
      if case .failure(let error) = result { #expect(UserFacingError(error).code == .inputOutput) }
    }
    let ran = ThreadRank.run(3) { job in
      var count = 0
      try job.onFirst { count += 1 }
      return count
    }
    #expect(try ran.map { try $0.get() } == [1, 0, 0])
  }
}
