import GAN

extension SettingSection {
  private static let names = [
    "dense", "reshape", "flatten", "convolution", "transposedConvolution", "upsample", "batchNorm", "dropout", "relu",
    "leakyRelu", "tanh",
  ]
  private static let limit = PassRandomness.layerLimit - 1

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
        if let near = nearest(to: name, among: Self.names) {
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
    case "dense":
      return settings.requiredInteger("units", 1...1 << 20).map {
        .dense(units: $0, bias: settings.boolean("bias", default: true))
      }
    case "reshape": return settings.reshape()
    case "flatten": return .flatten
    case "convolution": return settings.convolution(isTransposed: false).map { .convolution($0) }
    case "transposedConvolution": return settings.convolution(isTransposed: true).map { .transposedConvolution($0) }
    case "upsample":
      return .upsample(
        scale: settings.integer("scale", 2...16, default: 2), mode: settings.choice("mode", default: .nearest))
    case "batchNorm":
      return .batchNorm(
        .init(
          epsilon: settings.number("epsilon", .positive, default: 1e-5),
          momentum: settings.number("momentum", .positiveToOne, default: 0.1),
          alwaysBatch: settings.choice("statistics", default: BatchNormStatistics.running) == .batch))
    case "dropout":
      return .dropout(
        rate: settings.number("rate", .belowOne, default: 0.5), kind: settings.choice("kind", default: .element))
    case "relu": return .relu
    case "leakyRelu":
      let slope = settings.required("slope", expected: "a number from 0 to below 1, such as 0.2") { node in
        node.number(Float.self).flatMap { 0..<1 ~= $0 ? $0 : nil }
      }
      return slope.map { .leakyRelu(slope: $0) }
    default: return .tanh
    }
  }

  /// Square by `size`, or `height` and `width`.
  private func reshape() -> LayerSpecification? {
    let channels = requiredInteger("channels", 1...1 << 20)
    let sides = 1...FeatureShape.largestSide
    let isSquare = node("size") != nil || node("height") == nil && node("width") == nil
    if isSquare {
      for key in ["height", "width"] where node(key) != nil {
        report(key, "found beside size, expected either size, or height and width.")
      }
    }
    let height = requiredInteger(isSquare ? "size" : "height", sides)
    let width = isSquare ? height : requiredInteger("width", sides)
    guard let channels, let height, let width else { return nil }
    return .reshape(FeatureShape(channels: channels, height: height, width: width))
  }

  private func convolution(isTransposed: Bool) -> ConvolutionSpecification? {
    let channels = requiredInteger("channels", 1...65536)
    let kernel = requiredInteger("kernel", 1...64)
    let stride = integer("stride", 1...64, default: 1)
    let bias = boolean("bias", default: true)
    let padding: ConvolutionSpecification.Padding =
      if node("padding")?.text == "same" {
        .same
      } else {
        .symmetric(
          read("padding", expected: "a whole number from 0 to 64, or same") { node in
            node.integer.flatMap { 0...64 ~= $0 ? $0 : nil }
          } ?? 0)
      }
    // At most stride − 1: more would be rows that no input reaches.
    let outputPadding = isTransposed && padding != .same ? integer("outputPadding", 0...stride - 1, default: 0) : 0
    guard let channels, let kernel else { return nil }
    return ConvolutionSpecification(
      channels: channels, kernel: kernel, stride: stride, padding: padding, outputPadding: outputPadding, bias: bias)
  }
}

private enum BatchNormStatistics: String, CaseIterable {
  case running, batch
}
