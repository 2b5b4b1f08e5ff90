import GAN
import Numerics

extension KernelSettings {
  private static let networks = ["generator", "discriminator"]

  /// The keys of `kernels`. `check` tests whether the layers exist and support the algorithms.
  mutating func declare(_ keys: any SettingKeys) {
    keys.value(
      "instructionSet", &instructionSet, .orAutomatic(.choice),
      "Instruction set of the kernels; auto is the best that all ranks have.")
    keys.value("algorithm", &algorithm, .orAutomatic(.choice), "Algorithm of all convolutions that it can compute.")
    for network in Self.networks {
      keys.group(network, "Algorithms of single layers, by the index that --dry-run lists.") { keys in
        keys.entries("LAYER", current: indices(of: network), accepted: nil) { index, keys in
          keys.group(index) { keys in
            var layer = layers["\(network).\(index)"] ?? Layer()
            for pass in Pass.allCases {
              keys.value(pass.rawValue, &layer[pass], .orAutomatic(.choice).leavingOut(nil), pass.summary)
            }
            if layer != Layer() { layers["\(network).\(index)"] = layer }
          }
        }
      }
    }
  }

  /// The layers with algorithms of their own, in the networks' order.
  package var names: [String] { Self.networks.flatMap { network in indices(of: network).map { "\(network).\($0)" } } }

  /// The layers of one network.
  private func indices(of network: String) -> [String] {
    let prefix = network + "."
    return layers.keys.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
      .sorted { (Int($0) ?? .max, $0) < (Int($1) ?? .max, $1) }
  }
}

extension KernelSettings.Pass {
  fileprivate var summary: String {
    switch self {
    case .forward: "Algorithm of the forward pass."
    case .data: "Algorithm of backward data, the gradient of the layer's input."
    case .weights: "Algorithm of backward weights, the gradient of the layer's weights."
    }
  }
}

extension Configuration {
  /// Reports layers in `section` that are no convolutions or do not support their algorithm.
  func check(_ kernels: KernelSettings, _ section: SettingSection) {
    guard let convolutions = try? model.convolutions() else { return }  // the shapes have been reported
    for (network, layers) in [("generator", model.generatorLayers), ("discriminator", model.discriminatorLayers)] {
      let indices = section.section(network)
      let own = convolutions.filter { $0.network == network }
      for index in indices.keys {
        guard let convolution = own.first(where: { "\($0.index)" == index }) else {
          indices.reportNoConvolution(index, layers, own.map(\.index))
          continue
        }
        let passes = indices.section(index)
        for pass in KernelSettings.Pass.allCases {
          guard let asked = kernels.layers[convolution.name]?[pass], !asked.suits(convolution.geometry) else {
            continue
          }
          let suitable = ConvolutionAlgorithm.allCases.filter { $0.suits(convolution.geometry) }.map(\.rawValue)
          let geometry = convolution.geometry
          passes.report(
            pass.rawValue,
            "found \(asked.rawValue), which has no form for a kernel of \(geometry.kernelHeight)×\(geometry.kernelWidth) "
              + "and stride \(geometry.stride), expected one of \((["auto"] + suitable).joined(separator: ", ")).")
        }
      }
    }
  }
}

extension SettingSection {
  fileprivate func reportNoConvolution(_ index: String, _ layers: [LayerSpecification], _ convolutions: [Int]) {
    let number = Int(index).flatMap { "\($0)" == index ? $0 : nil }
    let found =
      number.flatMap { layers.indices.contains($0) ? "layer \($0), \(layers[$0].name)" : nil } ?? index.shortened
    let near = number.flatMap { number in convolutions.min { abs($0 - number) < abs($1 - number) } }
    let advice = near.map { " The nearest is \(dotted("\($0)"))." } ?? ""
    report(
      index,
      "found \(found), expected the index of a convolution: \(convolutions.map(String.init).joined(separator: ", ")), "
        + "as --dry-run prints them.\(advice)")
  }
}
