import Cluster
import Foundation
import GAN
import Numerics

/// A rank of a job whose ranks are threads of this process.
package final class ThreadRank: Job {
  package let rank: Int
  package let size: Int
  package let host: String
  package var ranksOnHost: Int { size }
  package var secondsExchanging = 0.0
  package let activity = Activity()
  private let meeting: Meeting

  fileprivate init(rank: Int, of size: Int, host: String, _ meeting: Meeting) {
    self.rank = rank
    self.size = size
    self.host = host
    self.meeting = meeting
  }

  /// Runs `body` on every rank at once.
  ///
  /// - Returns: what it returned or threw, by rank.
  package static func run<Value>(
    _ size: Int, hosts: [String]? = nil, _ body: @escaping @Sendable (ThreadRank) throws -> Value
  ) -> [Result<Value, any Error>] {
    let meeting = Meeting(size)
    let results = Results<Value>()
    let threads = (0..<size).map { rank in
      let thread = Thread {
        let job = ThreadRank(rank: rank, of: size, host: hosts?[rank] ?? "host", meeting)
        results.set(rank, Result { try body(job) })
      }
      thread.start()
      return thread
    }
    while results.count < threads.count { usleep(200) }
    return results.all
  }

  package func barrier() { _ = meeting.gather(rank, []) }
  package func broadcast(_ bytes: [UInt8]) -> [UInt8] { allGather(bytes)[0] }
  package func allGather(_ bytes: [UInt8]) -> [[UInt8]] { meeting.gather(rank, bytes) }
  package func allGather(_ values: [Double]) -> [[Double]] {
    meeting.gather(rank, values.flatMap { value in withUnsafeBytes(of: value, Array.init) }).map { bytes in
      bytes.withUnsafeBytes { raw in
        (0..<raw.count / 8).map { raw.loadUnaligned(fromByteOffset: $0 * 8, as: Double.self) }
      }
    }
  }
  package func gather(_ values: [Float]) -> [[Float]] {
    let all = allGather(values.map { Double($0) })
    return rank == 0 ? all.map { $0.map { Float($0) } } : []
  }
  package func maximum(_ value: Int) -> Int { allGather([Double(value)]).map { Int($0[0]) }.max()! }
  package func makePeers(_ plan: ShardPlan, kernels: Kernels) -> any Peers { preconditionFailure("no networks here") }
}

/// Where the ranks lay down what they have and take what all have.
private final class Meeting: @unchecked Sendable {
  private let condition = NSCondition()
  private var given: [[UInt8]?]
  private var taken: [[UInt8]] = []
  private var round = 0

  init(_ size: Int) { given = Array(repeating: nil, count: size) }

  func gather(_ rank: Int, _ bytes: [UInt8]) -> [[UInt8]] {
    condition.lock()
    defer { condition.unlock() }
    let mine = round
    given[rank] = bytes
    if given.allSatisfy({ $0 != nil }) {
      taken = given.map { $0! }
      given = Array(repeating: nil, count: given.count)
      round += 1
      condition.broadcast()
    }
    while round == mine { condition.wait() }
    return taken
  }
}

private final class Results<Value>: @unchecked Sendable {
  private let lock = NSLock()
  private var values: [Int: Result<Value, any Error>] = [:]

  var count: Int { lock.withLock { values.count } }
  var all: [Result<Value, any Error>] { lock.withLock { values.sorted { $0.key < $1.key }.map(\.value) } }
  func set(_ rank: Int, _ value: Result<Value, any Error>) { lock.withLock { values[rank] = value } }
}
