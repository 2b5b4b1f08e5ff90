import GAN

extension LayerSpecification {
  /// A layer of each kind; its values are the defaults of its keys.
  private static let kinds: [LayerSpecification] = [
    .dense(units: 1), .reshape(FeatureShape(channels: 1, height: 1, width: 1)), .flatten,
    .convolution(.init(channels: 1, kernel: 1, padding: 0, bias: true)),
    .transposedConvolution(.init(channels: 1, kernel: 1, padding: 0, bias: true)),
    .upsample(scale: 2, mode: .nearest), .batchNorm(), .dropout(rate: 0.5), .relu, .leakyRelu(slope: 0), .tanh,
    .branch(from: 0),
  ]

  /// Their names in a list of layers.
  package static let names = kinds.map(\.name)

  /// The layer of a name with its defaults.
  init?(named name: String) {
    guard let place = Self.names.firstIndex(of: name) else { return nil }
    self = Self.kinds[place]
  }

  /// Its name in a list of layers.
  package var name: String {
    var copy = self
    return copy.declare(SettingPrinter())
  }

  /// Its text as an item of a list of layers.
  package var yaml: String {
    let printer = SettingPrinter()
    var copy = self
    let name = copy.declare(printer)
    return "\(name): {" + printer.settings.map { "\($0.key): \($0.text)" }.joined(separator: ", ") + "}"
  }

  /// Declares the layer's keys.
  ///
  /// - Returns: its name.
  mutating func declare(_ keys: any SettingKeys) -> String {
    switch self {
    case .dense(var units, var bias, var spectralNorm):
      keys.required("units", &units, .whole(1...1 << 20))
      keys.value("bias", &bias, .truth, "Whether each output has a learned bias.")
      keys.value("spectralNorm", &spectralNorm, .truth.leavingOut(false), spectralNormText)
      self = .dense(units: units, bias: bias, spectralNorm: spectralNorm)
      return "dense"
    case .reshape(var shape):
      shape.declare(keys)
      self = .reshape(shape)
      return "reshape"
    case .flatten: return "flatten"
    case .convolution(var window):
      window.declare(keys, isTransposed: false)
      self = .convolution(window)
      return "convolution"
    case .transposedConvolution(var window):
      window.declare(keys, isTransposed: true)
      self = .transposedConvolution(window)
      return "transposedConvolution"
    case .upsample(var scale, var mode):
      keys.value("scale", &scale, .whole(2...16), "Factor by which each side grows.")
      keys.value("mode", &mode, .choice, "Interpolation method.")
      self = .upsample(scale: scale, mode: mode)
      return "upsample"
    case .batchNorm(var norm):
      norm.declare(keys)
      self = .batchNorm(norm)
      return "batchNorm"
    case .dropout(var rate, var kind):
      keys.value("rate", &rate, .number(.belowOne), "The share of values that is set to 0.")
      keys.value("kind", &kind, .choice, "Unit that is set to 0: single values or whole channels.")
      self = .dropout(rate: rate, kind: kind)
      return "dropout"
    case .relu: return "relu"
    case .leakyRelu(var slope):
      keys.required("slope", &slope, .number(.belowOne))
      self = .leakyRelu(slope: slope)
      return "leakyRelu"
    case .tanh: return "tanh"
    case .branch(var start):
      keys.required("from", &start, .whole(0...SettingSection.layerLimit))
      self = .branch(from: start)
      return "branch"
    }
  }
}

/// The sentence about a layer's key.
private let spectralNormText = "Whether the weights are divided by their largest singular value; in D only."

extension FeatureShape {
  /// Read square by `size`, or by `height` and `width`; printed by these.
  fileprivate mutating func declare(_ keys: any SettingKeys) {
    let sides = SettingKind<Int>.whole(1...Self.largestSide)
    keys.required("channels", &channels, .whole(1...1 << 20))
    var isSquare = false
    keys.check { section in
      isSquare = section.node("size") != nil || section.node("height") == nil && section.node("width") == nil
      guard isSquare else { return }
      for key in ["height", "width"] where section.node(key) != nil {
        section.report(key, "found beside size, expected either size, or height and width.")
      }
    }
    keys.required(isSquare ? "size" : "height", &height, sides)
    if isSquare { width = height } else { keys.required("width", &width, sides) }
  }
}

extension ConvolutionSpecification {
  fileprivate mutating func declare(_ keys: any SettingKeys, isTransposed: Bool) {
    keys.required("channels", &channels, .whole(1...65536))
    keys.required("kernel", &kernel, .whole(1...64))
    keys.value("stride", &stride, .whole(1...64), "Pixels of the larger map from one window to the next.")
    keys.value("padding", &padding, .padding, "Zero pixels around the larger map; same is TensorFlow's padding.")
    if isTransposed, padding != .same {
      // At most stride − 1: more would be rows that no input reaches.
      keys.value(
        "outputPadding", &outputPadding, .whole(0...stride - 1).leavingOut(0),
        "Additional rows and columns at the bottom and right.")
    }
    keys.value("bias", &bias, .truth, "Whether each channel has a learned bias.")
    if !isTransposed { keys.value("spectralNorm", &spectralNorm, .truth.leavingOut(false), spectralNormText) }
  }
}

extension BatchNormSpecification {
  private enum Statistics: String, CaseIterable {
    case running, batch
  }

  fileprivate mutating func declare(_ keys: any SettingKeys) {
    keys.value("epsilon", &epsilon, .number(.positive), "Added to the variance.")
    keys.value(
      "momentum", &momentum, .number(.positiveToOne), "Weight of the newest batch in the running statistics.")
    var statistics = alwaysBatch ? Statistics.batch : .running
    keys.value(
      "statistics", &statistics, .choice.leavingOut(.running),
      "batch: always those of the batch, even if other layers use running statistics.")
    alwaysBatch = statistics == .batch
  }
}

extension SettingKind where Value == ConvolutionSpecification.Padding {
  fileprivate static var padding: Self {
    Self("a whole number from 0 to 64, or same") { node in
      node.text == "same" ? .same : node.integer.flatMap { 0...64 ~= $0 ? .symmetric($0) : nil }
    } text: {
      "\($0)"
    }
  }
}

extension SettingSection {
  static let layerLimit = PassRandomness.layerLimit - 1

  /// A list of layers, each a group of one key: the layer's name with its settings.
  func layers(_ node: SettingNode, _ key: String) -> [LayerSpecification]? {
    guard case .list(let nodes) = node.content, 1...Self.layerLimit ~= nodes.count else { return nil }
    return nodes.enumerated().compactMap { index, node in layer(node, at: "\(dotted(key))[\(index)]") }
  }

  private func layer(_ node: SettingNode, at path: String) -> LayerSpecification? {
    let names = LayerSpecification.names
    guard case .mapping(let entries) = node.content, entries.count == 1 else {
      let example = node.text.flatMap { names.contains($0) ? " Write \($0): {}." : nil } ?? ""
      problems.add(
        "\(path): found \(node.found), expected one layer's name and its settings in braces.\(example)", at: node.place)
      return nil
    }
    let (name, place) = (entries[0].key.shortened, entries[0].place)
    guard var layer = LayerSpecification(named: name) else {
      let message =
        if let near = nearest(to: name, among: names) {
          "unknown layer \(name). Did you mean \(near)?"
        } else {
          "unknown layer \(name). The layers are \(names.joined(separator: ", "))."
        }
      problems.add("\(path): \(message)", at: place)
      return nil
    }
    let settings = SettingSection("\(path).\(name)", entries[0].value, problems, origin)
    _ = layer.declare(SettingReader(settings))
    settings.finish()
    return layer
  }
}
