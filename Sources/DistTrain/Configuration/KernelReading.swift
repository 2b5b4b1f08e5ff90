import GAN
import Tensor

extension KernelSettings {
  private static let networks = ["generator", "discriminator"]

  /// The section `kernels`; whether there are such layers and algorithms suit them, `check` finds out.
  init(_ section: SettingSection) {
    self.init(
      algorithm: section.automaticOrChoice("algorithm"), instructionSet: section.automaticOrChoice("instructionSet"))
    for network in Self.networks {
      let indices = section.section(network)
      for index in indices.keys {
        let passes = indices.section(index)
        var layer = Layer()
        for pass in Pass.allCases { layer[pass] = passes.automaticOrChoice(pass.rawValue) }
        passes.finish()
        if layer != Layer() { layers["\(network).\(index)"] = layer }
      }
    }
    section.finish()
  }

  /// The layers that it names, in the networks' order.
  var names: [String] { layers.keys.sorted { Self.order($0) < Self.order($1) } }

  /// Every key with its value.
  var settings: [Setting] {
    scalars(
      "kernels",
      [
        ("instructionSet", instructionSet?.rawValue ?? "auto"), ("algorithm", algorithm?.rawValue ?? "auto"),
      ]
        + names.flatMap { name in
          Pass.allCases.compactMap { pass in layers[name]![pass].map { ("\(name).\(pass)", $0.rawValue) } }
        })
  }

  /// Where the layer of this name stands among those of both networks.
  private static func order(_ name: String) -> (Int, Int) {
    let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
    return (networks.firstIndex(of: parts[0]) ?? networks.count, Int(parts[1]) ?? Int.max)
  }
}

extension Configuration {
  /// Whether the layers that `section` names are convolutions, which the algorithms suit.
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

extension LayerSpecification {
  /// As the list of layers calls it.
  fileprivate var name: String { String(yaml.prefix { $0 != ":" }) }
}
