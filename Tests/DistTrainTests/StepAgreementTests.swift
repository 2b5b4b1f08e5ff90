import Cluster
import ClusterTestSupport
import DistTrain
import Foundation
import GAN
import Testing

/// What ranks that know different things after a step make of it together.
@Suite struct StepAgreementTests {
  /// Every news that there is, the lightest first, as `StepNews` promises.
  private static let news: [StepNews] = [
    .none, .checkpointOnDisk, .stop(.processorTime), .stop(.hangUp), .stop(.interrupt), .stop(.user2), .stop(.user1),
    .stop(.terminate), .fault,
  ]

  @Test func everyNewsSurvivesTheMessage() {
    #expect(Self.news.count == 3 + StopRequest.allCases.count)
    for news in Self.news { #expect(StepNews(code: news.code) == news) }
    #expect(Set(Self.news.map(\.code)).count == Self.news.count)
    for (lighter, heavier) in zip(Self.news, Self.news.dropFirst()) { #expect(lighter < heavier) }
  }

  /// What one rank brings to the agreement.
  private struct Rank: Sendable {
    var fault: TrainingFault?
    var request: StopRequest?
    var isOnDisk = false

    init(_ news: StepNews) {
      switch news {
      case .none: break
      case .checkpointOnDisk: isOnDisk = true
      case .stop(let request): self.request = request
      case .fault: fault = TrainingFault(network: "generator", tensor: "0.weight", part: .parameter, value: .infinity)
      }
    }
  }

  private func agree(_ ranks: [Rank], shards: Int? = nil) throws -> [Result<StepNews, any Error>] {
    let plan = try ShardPlan(batch: 64, shards: shards ?? ranks.count, ranks: ranks.count)
    return ThreadRank.run(ranks.count, hosts: ranks.indices.map { "node\($0)" }) { job in
      let own = ranks[job.rank]
      return try StepAgreement(job, plan).check(own.fault, own.request, isCheckpointOnDisk: own.isOnDisk, after: 12)
    }
  }

  /// All act on the weightiest, whichever rank brings it.
  @Test func ranksThatDifferActAlike() throws {
    for (weight, heavier) in Self.news.enumerated() where heavier != .fault {
      for lighter in Self.news[...weight] {
        for ranks in [[lighter, heavier, lighter], [heavier, lighter, .none]] {
          for result in try agree(ranks.map { Rank($0) }) { #expect(try result.get() == heavier, "\(ranks)") }
        }
      }
    }
  }

  @Test func aFaultOutweighsEverything() throws {
    for other in Self.news {
      for result in try agree([Rank(other), Rank(.fault), Rank(other)]) {
        let error = #expect(throws: AgreedError.self) { try result.get() }
        #expect(error?.code == .internalError)
        #expect(error?.message.hasPrefix("step 12: the training state is no longer finite") == true)
      }
    }
  }

  /// A fault is found by the slice's owner, and told with the rank that computed it; what a fault leads to comes behind it.
  @Test func theMessageBeginsWithTheCause() throws {
    var ranks = [Rank(.none), Rank(.none), Rank(.none)]
    ranks[0].fault = TrainingFault(
      network: "generator", tensor: "9.weight", part: .gradient(shards: 0..<1), value: .nan)
    ranks[1].fault = TrainingFault(network: "discriminator", tensor: "3.bias", part: .parameter, value: .infinity)
    ranks[2].fault = TrainingFault(
      network: "discriminator", tensor: "0.weight", part: .gradient(shards: 1..<2), value: -.infinity)
    for result in try agree(ranks) {
      let message = #expect(throws: AgreedError.self) { try result.get() }?.message ?? ""
      #expect(
        message.split(separator: "\n").dropFirst().prefix(3).map { $0.drop { $0 == " " } } == [
          "rank 1 (node1): the gradient of discriminator.0.weight has the value -inf in shard 1",
          "rank 1 (node1): discriminator.3.bias has become inf, though its gradient is finite",
          "rank 0 (node0): the gradient of generator.9.weight has the value nan in shard 0",
        ], "\(message)")
    }
  }

  /// All ranks have the same running statistics, so one line tells of a fault in them. Many tensors are not all listed.
  @Test func theMessageIsShort() throws {
    func statistic(_ tensor: Int) -> Rank {
      var rank = Rank(.none)
      rank.fault = TrainingFault(
        network: "generator", tensor: "\(tensor).running_var", part: .runningStatistic, value: .nan)
      return rank
    }
    for result in try agree([statistic(1), statistic(1), statistic(1)]) {
      let message = #expect(throws: AgreedError.self) { try result.get() }?.message ?? ""
      #expect(message.components(separatedBy: "\n  generator.1.running_var has become nan\n").count == 2, "\(message)")
    }
    for result in try agree((0..<6).map(statistic)) {
      let message = #expect(throws: AgreedError.self) { try result.get() }?.message ?? ""
      #expect(message.components(separatedBy: "running_var has become nan").count == 5, "\(message)")
      #expect(message.contains("\n  2 more tensors\n"), "\(message)")
    }
    for result in try agree([statistic(1)]) {
      let message = #expect(throws: AgreedError.self) { try result.get() }?.message ?? ""
      #expect(message.contains("\n  generator.1.running_var has become nan\n"), "one process names no rank: \(message)")
    }
  }
}
