import GAN
import Numerics

/// The tensors of a model's networks, as a checkpoint has them.
struct NetworkTensors {
  /// In the order of a checkpoint.
  private let shapes: [(name: String, shape: [Int])]

  /// Plans both networks, in memory that is never touched.
  init(_ model: ModelSpecification) throws(ShapeError) {
    let kernels = Kernels(.baseline)
    let engine = Engine(
      kernels: kernels, threads: Threads(count: 1), peers: SingleRank(shards: 1, kernels: kernels))
    let networks = [
      try Network(
        name: "generator", layers: model.generatorLayers, input: model.latentShape, groups: 1, engine: engine),
      try Network(
        name: "discriminator", layers: model.discriminatorLayers, input: model.imageShape, groups: 1, engine: engine),
    ]
    shapes = networks.flatMap { network in
      (network.tensors + network.bufferTensors).map { ("\(network.name).\($0.name)", $0.shape) }
    }
  }

  /// Why a checkpoint with these tensors does not fit networks with `other`; nil if it fits.
  func misfit(to other: NetworkTensors) -> String? {
    func byName(_ tensors: NetworkTensors) -> [String: [Int]] {
      Dictionary(uniqueKeysWithValues: tensors.shapes.map { ($0.name, $0.shape) })
    }
    let (own, others) = (byName(self), byName(other))
    if let (name, shape) = shapes.first(where: { others[$0.name] != $0.shape }) {
      return "it has \(name) \(shape), which \(others[name].map { "would be \($0)" } ?? "the networks would not have")"
    }
    return other.shapes.first { own[$0.name] == nil }.map { "it has no \($0.name), which would be \($0.shape)" }
  }
}
