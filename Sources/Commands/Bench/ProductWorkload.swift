import GAN
import Numerics

/// The convolution passes of one step of plain GAN training, equal ones of both networks together.
struct ProductWorkload {
  struct Item {
    /// The pass and its layers, for example "D2 forward, G4 data".
    var name: String
    let geometry: ConvolutionGeometry
    let pass: ConvolutionPass
    /// The number of times that a step makes this pass over a batch.
    var timesPerStep: Int
  }

  private(set) var items: [Item] = []

  init(_ model: ModelSpecification) throws(ShapeError) {
    // D judges real images, fakes, and the fakes again for G, whose gradient alone passes through its first layer.
    for layer in try convolutions(of: model.discriminatorLayers, from: model.imageShape) {
      add(layer, "D", forward: 3, data: layer.number == 1 ? 1 : 3, weights: 2)
    }
    for layer in try convolutions(of: model.generatorLayers, from: model.latentShape) {
      add(layer, "G", forward: 1, data: layer.number == 1 ? 0 : 1, weights: 1)
    }
  }

  private mutating func add(
    _ layer: PlannedConvolutionLayer, _ network: String, forward: Int, data: Int, weights: Int
  ) {
    let (forwardPass, dataPass): (ConvolutionPass, ConvolutionPass) =
      layer.isTransposed ? (.backwardData, .forward) : (.forward, .backwardData)
    for (what, pass, times) in [
      ("forward", forwardPass, forward), ("data", dataPass, data), ("weights", .backwardWeights, weights),
    ] where times > 0 {
      let name = "\(network)\(layer.number) \(what)"
      if let known = items.firstIndex(where: { $0.geometry == layer.geometry && $0.pass == pass }) {
        items[known].name += ", \(network)\(layer.number)"
        items[known].timesPerStep += times
      } else {
        items.append(Item(name: name, geometry: layer.geometry, pass: pass, timesPerStep: times))
      }
    }
  }
}
