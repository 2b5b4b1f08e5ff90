import Cluster
import ClusterTestSupport
import Foundation
import MachineFacts
import Reporting
import Testing

/// What the ranks of a job tell each other before and around the training.
@Suite struct JobTests {
  /// A machine of `cores` cores of two CPUs each, whose affinity is `cpus`.
  private static func machine(cores: Int, cpus: String) -> Machine {
    Machine(hostName: "host", isRoot: false) { path in
      switch path {
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
