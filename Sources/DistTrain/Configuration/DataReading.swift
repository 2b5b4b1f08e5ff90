import ImageIO

extension DataSettings {
  /// The section `data`; size and channels in `image` are read by the caller, the rest of that section here.
  init(_ section: SettingSection, _ image: SettingSection, _ locations: Locations) {
    source = section.choice("source", default: .folder, later: ["packed"])
    path = section.path(locations)
    split = section.split(of: source)
    emnist = section.emnist(of: source)
    transpose = section.transpose(of: source)
    celeba = section.celeba(of: source)
    resize = image.choice("resize", default: .crop)
    antialias = image.boolean("antialias", default: true)
    image.finish()
    shuffle = section.boolean("shuffle", default: true)
    lastBatch = section.choice("lastBatch", default: .drop)
    pattern = section.text("pattern", default: "*")
    limit = section.optionalInteger("limit", 1...Int.max)
    decode = section.choice("decode", default: .exact)
    onBadImage = section.choice("onBadImage", default: .fail)
    cache = section.cache(locations)
    let synthetic = section.section("synthetic")
    syntheticCount = synthetic.integer("count", 1...1_000_000, default: 2000)
    synthetic.finish()
    if decode == .fast && !antialias {
      section.report(
        "decode", "found fast, which averages as image.antialias: true does, expected exact beside antialias: false.")
    }
    section.checkRange()
    validation = section.number("validation", .belowOne, default: 0)
    augment = section.augmentation()
    section.finish()
    // A source that was not understood asks for no path.
    let isUnderstood = section.node("source").map { $0.text == source.rawValue } ?? section.isGroup
    if source != .synthetic, isUnderstood, section.present("path") == nil {
      section.problems.add(
        "data.path: missing, expected the folder of the pictures. Add it, or use data.source: synthetic.",
        at: section.node("source")?.place ?? section.place)
    }
  }
}

extension SettingSection {
  /// Of a source without parts only the default, which is what a resolved configuration says.
  fileprivate func split(of source: DataSettings.Source) -> DataSplit {
    let parts: [DataSplit]
    switch source {
    case .svhn: parts = DataSplit.allCases
    case .idx: parts = [.train, .test]
    case .folder, .celeba, .synthetic: parts = [.train]
    }
    let split = choice("split", default: DataSplit.train)
    guard !parts.contains(split) else { return split }
    let expected = parts.map(\.rawValue).joined(separator: " or ")
    report("split", "found \(split.rawValue), expected \(expected) for data.source: \(source.rawValue).")
    return .train
  }

  fileprivate func emnist(of source: DataSettings.Source) -> EMNISTSplit? {
    guard present("emnist") != nil else { return nil }
    let split = choice("emnist", default: EMNISTSplit.balanced)
    if source != .idx { reportOnlyIDX("emnist", split.rawValue, expected: "null", source) }
    return split
  }

  fileprivate func transpose(of source: DataSettings.Source) -> Bool? {
    guard let node = node("transpose"), node.text != "auto" else { return nil }
    let isTransposed = read("transpose", expected: "auto, true or false") { $0.boolean }
    if let isTransposed, source != .idx { reportOnlyIDX("transpose", "\(isTransposed)", expected: "auto", source) }
    return isTransposed
  }

  fileprivate func celeba(of source: DataSettings.Source) -> CelebASelection {
    guard present("celeba") != nil else { return .everything }
    let section = section("celeba")
    let partition = section.choice("partition", default: CelebASelection.Partition.all)
    var attributes: [String: Bool] = [:]
    if section.present("attributes") != nil {
      let values = section.section("attributes")
      for name in CelebASelection.attributeNames where values.node(name) != nil {
        attributes[name] = values.boolean(name, default: true)
      }
      values.finish()
    }
    section.finish()
    let selection = CelebASelection(partition: partition, attributes: attributes)
    if source != .celeba, selection != .everything {
      report("celeba", "found a selection beside data.source: \(source.rawValue), expected it beside celeba.")
    }
    return selection
  }

  private func reportOnlyIDX(_ key: String, _ found: String, expected: String, _ source: DataSettings.Source) {
    report(key, "found \(found), expected \(expected) for data.source: \(source.rawValue); it is idx's alone.")
  }

  fileprivate func path(_ locations: Locations) -> String? {
    guard let node = present("path") else { return nil }
    return read("path", expected: "a folder") { $0.text }.map { locations.resolve($0, at: node.place) }
  }

  fileprivate func cache(_ locations: Locations) -> DataSettings.Cache {
    guard let node = node("cache") else { return .automatic }
    switch read("cache", expected: "auto, off or a folder", { $0.text }) {
    case nil, "auto": return .automatic
    case "off": return .off
    case .some(let path): return .folder(locations.resolve(path, at: node.place))
    }
  }

  fileprivate func checkRange() {
    _ = read("range", expected: "[-1, 1], the only range in this version") { node in
      node.list { $0.number(Double.self) } == [-1, 1] ? true : nil
    }
  }

  /// Only what changes nothing.
  fileprivate func augmentation() -> Augmentation {
    guard present("augment") != nil else { return .none }
    let augment = section("augment")
    defer { augment.finish() }
    return Augmentation(
      flip: augment.boolean("flip", default: false),
      brightness: augment.number("brightness", .fraction, default: 0),
      contrast: augment.number("contrast", .fraction, default: 0))
  }
}
