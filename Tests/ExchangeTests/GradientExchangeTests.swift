import Cluster
import GAN
import MPI
import Numerics
import Testing

extension Ranks {
  /// What arrives is the tree's sum to the bit, and every rank has the parameters that one rank alone would have.
  @Suite(.serialized) @MainActor
  struct GradientExchangeTests {
    @Test(arguments: Kernels.available, ExchangeCase.all)
    func sumsAndParameters(_ kernels: Kernels, _ test: ExchangeCase) throws {
      try SharedSession.withWorld { world throws in
        let network = try ExchangedNetwork(test, job: MPIJob(world), kernels: kernels)
        var alone = OneRank(test)
        // Drained at the end; looked after by some ranks more often than by others; looked after by all.
        for (step, polls) in [0, 40 * world.rank, 500].enumerated() {
          let found = try network.step(step, polls: polls)
          let gradient = alone.gradient(network, step: step)
          for (bucket, slice) in found.enumerated() {
            let owned = network.exchange.owned[bucket]
            #expect(difference(slice, Array(gradient[owned])) == nil, "bucket \(bucket), step \(step)")
          }
          #expect(network.fault == nil)
          let scalars = (0..<ExchangedNetwork.layers).map { network.scalars.total(layer: $0) }
          #expect(scalars == alone.scalars(network, step: step), "step \(step)")
          alone.update(gradient, step: step, kernels)
          let parameters = network.currentParameters
          #expect(difference(parameters, alone.parameters) == nil, "step \(step)")
          let ranksDiffer = try world.allGather(parameters).contains { difference($0, parameters) != nil }
          #expect(!ranksDiffer, "step \(step)")
        }
      }
    }

    /// Every element of a bucket has one owner.
    @Test(arguments: ExchangeCase.all)
    func slices(_ test: ExchangeCase) throws {
      try SharedSession.withWorld { world throws in
        let network = try ExchangedNetwork(test, job: MPIJob(world), kernels: Kernels.available[0])
        for (bucket, range) in test.buckets.enumerated() {
          let owned = network.exchange.owned[bucket]
          let all = try world.allGather([owned.lowerBound, owned.upperBound].map { Double($0) })
          #expect(all.flatMap { Array(Int($0[0])..<Int($0[1])) } == Array(range))
        }
      }
    }

    /// These numbers tell one order from another: otherwise the tests above would pass for any.
    @Test func theOrderShows() {
      let leaves = (0..<13).map { knownNumbers(64, shard: $0) }
      let inTurn = leaves[1...].reduce(leaves[0], sum)
      let byTree = treeValue(of: 0..<13, leaf: { leaves[$0] }, combine: sum)
      #expect(zip(bits(inTurn), bits(byTree)).count { $0 != $1 } > 16)
    }

    /// A value that is not finite is found by the owner of its slice, by shards and element, and is forgotten by the next step.
    @Test func aFaultIsFoundByTheOwner() throws {
      try SharedSession.withWorld { world throws in
        let test = ExchangeCase.all[1]
        let job = try MPIJob(world)
        let network = try ExchangedNetwork(test, job: job, kernels: Kernels.available[0])
        let (shard, element) = (7, 3210)
        _ = try network.step(0, polls: 0) { other, group, values in
          if other == shard, group == 1 { values[element] = -.infinity }
        }
        let nodes = (0..<world.size).flatMap(network.plan.nodes(ofRank:))
        let isOwner = network.exchange.owned.contains { $0.contains(element) }
        let expected = GradientFault(
          shards: nodes.first { $0.contains(shard) }!, element: element, value: -.infinity)
        #expect(network.fault == (isOwner ? expected : nil))
        #expect(try world.sum(of: network.fault == nil ? 0 : 1) == 1)
        _ = try network.step(1, polls: 0)
        #expect(network.fault == nil)
      }
    }
  }
}

/// The same computed by one rank from the definition.
private struct OneRank {
  private(set) var parameters: [Float]
  private var means: [Float]
  private var squares: [Float]

  init(_ test: ExchangeCase) {
    parameters = ExchangedNetwork.initialParameters(test.count)
    means = [Float](repeating: 0, count: test.count)
    squares = means
  }

  /// Each group's sum by the tree, then the groups in order.
  func gradient(_ network: ExchangedNetwork, step: Int) -> [Float] {
    let groups = (0..<network.test.groups).map { group in
      treeValue(
        of: 0..<network.plan.shards, leaf: { network.gradient(ofShard: $0, group: group, step: step) }, combine: sum)
    }
    return groups[1...].reduce(groups[0], sum)
  }

  /// The same of the scalars.
  func scalars(_ network: ExchangedNetwork, step: Int) -> [Double] {
    (0..<ExchangedNetwork.layers).map { layer in
      let groups = (0..<network.test.groups).map { group in
        treeValue(
          of: 0..<network.plan.shards, leaf: { network.scalars(ofShard: $0, group: group, step: step)[layer] },
          combine: +)
      }
      return groups[1...].reduce(groups[0], +)
    }
  }

  mutating func update(_ gradient: [Float], step: Int, _ kernels: Kernels) {
    let count = parameters.count
    parameters.withUnsafeMutableBufferPointer { parameters in
      means.withUnsafeMutableBufferPointer { means in
        squares.withUnsafeMutableBufferPointer { squares in
          _ = kernels.adam(
            parameters.baseAddress!, gradient: gradient, mean: means.baseAddress!, square: squares.baseAddress!,
            count: count, ExchangedNetwork.coefficients(step))
        }
      }
    }
  }
}
