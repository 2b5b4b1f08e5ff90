import GAN
import Numerics
import Reporting

/// The processes that train together: one, or the ranks of an MPI job. All calls but `rank` and `size` are collective.
package protocol Job: AnyObject {
  var rank: Int { get }
  var size: Int { get }
  /// Ranks that share this rank's host and cores.
  var ranksOnHost: Int { get }
  var host: String { get }
  /// The current operation of this rank.
  var activity: Activity { get }
  /// Seconds that this rank has spent in messages since the job began.
  var secondsExchanging: Double { get }

  func barrier() throws
  /// Rank 0's bytes on every rank.
  func broadcast(_ bytes: [UInt8]) throws -> [UInt8]
  /// Every rank's bytes, by rank.
  func allGather(_ bytes: [UInt8]) throws -> [[UInt8]]
  /// Every rank's numbers, by rank.
  func allGather(_ values: [Double]) throws -> [[Double]]
  /// Every rank's values, by rank, on rank 0; an empty list on the others.
  func gather(_ values: [Float]) throws -> [[Float]]
  /// The largest of the ranks' values.
  func maximum(_ value: Int) throws -> Int

  /// The peers of the networks in this job.
  func makePeers(_ plan: ShardPlan, kernels: Kernels) throws -> any Peers
}

extension Job {
  package var isFirst: Bool { rank == 0 }

  /// Every rank's text, by rank.
  package func allGather(_ text: String) throws -> [String] {
    try allGather(Array(text.utf8)).map { String(decoding: $0, as: UTF8.self) }
  }

  /// Runs `body` on rank 0 and throws its error on every rank, so that all end in the same way.
  package func onFirst(_ body: () throws -> Void) throws {
    var failure: UserFacingError?
    if isFirst {
      do { try body() } catch { failure = UserFacingError(error) }
    }
    try agree(on: failure)
  }

  /// Throws on every rank if any rank failed: the error of the lowest such rank.
  package func agree(on failure: UserFacingError?) throws {
    let mine = failure.map { "\($0.code.rawValue) \($0.message)" } ?? ""
    guard let first = try allGather(mine).first(where: { !$0.isEmpty }) else { return }
    let parts = first.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
    throw AgreedError(
      UserFacingError(
        code: parts.first.flatMap { Int32($0) }.flatMap(ExitCode.init) ?? .internalError,
        message: parts.count > 1 ? String(parts[1]) : first))
  }
}

/// An error that every rank throws, having agreed on it.
package struct AgreedError: ExplainedError {
  package let error: UserFacingError

  package init(_ error: UserFacingError) { self.error = error }

  /// Runs a computation that every rank makes on the same input, so that all throw the same error.
  package static func alike<Result>(_ body: () throws -> Result) throws(AgreedError) -> Result {
    do { return try body() } catch { throw AgreedError(UserFacingError(error)) }
  }

  package var code: ExitCode { error.code }
  package var message: String { error.message }
}
