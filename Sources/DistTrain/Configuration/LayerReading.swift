import GAN

extension SettingSection {
  /// Layers of the design that this version has not.
  private static let later = ["dense", "reshape", "upsample", "dropout", "sigmoid", "flatten"]
  private static let names = ["convolution", "transposedConvolution", "batchNorm", "relu", "leakyRelu", "tanh"]
  private static let limit = 1000

  /// A list of layers, each a group of one key: the layer's name with its settings.
  func layers(_ key: String) -> [LayerSpecification] {
    let expected = "a list of 1 to \(Self.limit) layers, such as - relu: {}"
    let nodes = read(key, expected: expected) { node in
      if case .list(let nodes) = node.content, 1...Self.limit ~= nodes.count { nodes } else { nil }
    }
    return (nodes ?? []).enumerated().compactMap { index, node in
      layer(node, at: "\(dotted(key))[\(index)]")
    }
  }

  private func layer(_ node: SettingNode, at path: String) -> LayerSpecification? {
    guard case .mapping(let entries) = node.content, entries.count == 1 else {
      let example = node.text.flatMap { Self.names.contains($0) ? " Write \($0): {}." : nil } ?? ""
      problems.add(
        "\(path): found \(node.found), expected one layer's name and its settings in braces.\(example)", at: node.place)
      return nil
    }
    let (name, place) = (entries[0].key.shortened, entries[0].place)
    guard Self.names.contains(name) else {
      let message =
        if Self.later.contains(name) {
          "\(name) is not in this version, which has \(Self.names.joined(separator: ", "))."
        } else if let near = nearest(to: name, among: Self.names + Self.later) {
          "unknown layer \(name). Did you mean \(near)?"
        } else {
          "unknown layer \(name). The layers are \(Self.names.joined(separator: ", "))."
        }
      problems.add("\(path): \(message)", at: place)
      return nil
    }
    let settings = SettingSection("\(path).\(name)", entries[0].value, problems)
    defer { settings.finish() }
    switch name {
    case "convolution": return settings.convolution().map { .convolution($0) }
    case "transposedConvolution": return settings.convolution().map { .transposedConvolution($0) }
    case "batchNorm":
      return .batchNorm(
        epsilon: settings.number("epsilon", .positive, default: 1e-5),
        momentum: settings.number("momentum", .positiveToOne, default: 0.1))
    case "relu": return .relu
    case "leakyRelu":
      let slope = settings.required("slope", expected: "a number from 0 to below 1, such as 0.2") { node in
        node.number(Float.self).flatMap { 0..<1 ~= $0 ? $0 : nil }
      }
      return slope.map { .leakyRelu(slope: $0) }
    default: return .tanh
    }
  }

  private func convolution() -> ConvolutionSpecification? {
    let channels = requiredInteger("channels", 1...65536)
    let kernel = requiredInteger("kernel", 1...64)
    let stride = integer("stride", 1...64, default: 1)
    let bias = boolean("bias", default: true)
    let isSame = node("padding")?.text == "same"
    if isSame { reportLater("padding", "same", accepted: ["whole numbers"]) }
    let padding = isSame ? 0 : integer("padding", 0...64, default: 0)
    guard let channels, let kernel else { return nil }
    return ConvolutionSpecification(channels: channels, kernel: kernel, stride: stride, padding: padding, bias: bias)
  }
}
