import GAN
import Reporting

/// Splits the computing of a step by kind of layer: the time between the ends of two layers counts for the second.
///
/// The latents count as the first layer of the generator, a loss as the last one of the discriminator. The weights'
/// gradient of a network's first layer ends without an event: it counts with the layer that ends next, another first
/// one.
final class LayerClock {
  /// Seconds of the step so far, exchange and optimizer left out.
  private(set) var convolutions = 0.0
  private(set) var others = 0.0

  private let exchange: ExchangeTimes
  private let generator: (name: String, firstLayer: LayerName)
  /// By the network's name.
  private let convolutionsOf: [String: Set<LayerName>]
  private var last = ContinuousClock.now
  private var exchangeBefore = 0.0

  init(_ step: GANStep, _ exchange: ExchangeTimes) {
    self.exchange = exchange
    convolutionsOf = Dictionary(
      uniqueKeysWithValues: [step.generator, step.discriminator].map { network in
        (network.name, Set(network.summary.filter { $0.algorithms != nil }.map(\.name)))
      })
    generator = (step.generator.name, step.generator.summary[0].name)
    for network in [step.generator, step.discriminator] {
      network.inspect = { [unowned self] event in layerEnded(network: event.network, layer: event.layer) }
    }
  }

  func begin() {
    (convolutions, others) = (0, 0)
    exchangeBefore = exchange.all
    last = .now
  }

  /// After the step, whose last computation is the gradient of the generator's first layer.
  func end() { layerEnded(network: generator.name, layer: generator.firstLayer) }

  private func layerEnded(network: String, layer: LayerName) {
    let now = ContinuousClock.now
    let taken = (now - last) / .seconds(1) - (exchange.all - exchangeBefore)
    if convolutionsOf[network]!.contains(layer) { convolutions += taken } else { others += taken }
    last = now
    exchangeBefore = exchange.all
  }
}
