import GAN
import Numerics
import Reporting

/// Seconds of a step besides the networks' computing, on this rank.
final class ExchangeTimes {
  /// In exchanging the moments of batch norm and the losses.
  fileprivate(set) var statistics = 0.0
  /// In exchanging gradients and parameters, without the optimizer.
  fileprivate(set) var gradients = 0.0
  fileprivate(set) var optimizer = 0.0

  var all: Double { statistics + gradients + optimizer }

  func reset() { (statistics, gradients, optimizer) = (0, 0, 0) }
}

/// The peers of the networks, with a stopwatch on every call, so that the measured step is the step of training.
final class MeasuredPeers: Peers {
  let times = ExchangeTimes()
  private let peers: any Peers

  init(_ peers: any Peers) { self.peers = peers }

  var reduction: ShardReduction { peers.reduction }

  func gather(_ own: UnsafeMutablePointer<Double>, perNode: Int, into all: UnsafeMutablePointer<Double>) throws {
    times.statistics += try seconds { try peers.gather(own, perNode: perNode, into: all) }
  }

  func makeGradientExchange(for slots: GradientSlots) throws -> any GradientExchange {
    MeasuredExchange(try peers.makeGradientExchange(for: slots), times)
  }
}

private final class MeasuredExchange: GradientExchange {
  private let exchange: any GradientExchange
  private let times: ExchangeTimes
  /// The time at which the last sum was complete and the optimizer began.
  private var reduced = ContinuousClock.now

  init(_ exchange: any GradientExchange, _ times: ExchangeTimes) {
    self.exchange = exchange
    self.times = times
  }

  var owned: [Range<Int>] { exchange.owned }

  func begin(_ bucket: Int) throws {
    times.gradients += try seconds { try exchange.begin(bucket) }
  }

  func poll() {
    times.gradients += seconds { exchange.poll() }
  }

  func reduceScatter(_ bucket: Int) throws -> ReducedGradient {
    let start = ContinuousClock.now
    let sum = try exchange.reduceScatter(bucket)
    reduced = .now
    times.gradients += (reduced - start) / .seconds(1)
    return sum
  }

  func beginAllGather(_ bucket: Int) throws {
    times.optimizer += secondsSince(reduced)
    times.gradients += try seconds { try exchange.beginAllGather(bucket) }
  }

  func finishAllGather() throws {
    times.gradients += try seconds { try exchange.finishAllGather() }
  }
}
