extension DataSettings {
  /// The section `data`; size and channels in `image` are read by the caller, the rest of that section here.
  init(_ section: SettingSection, _ image: SettingSection, _ locations: Locations) {
    source = section.choice("source", default: .folder, later: ["celeba", "svhn", "packed"])
    path = section.path(locations)
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
    section.checkValidation()
    section.checkAugmentation()
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

  fileprivate func checkValidation() {
    let fraction = number("validation", .belowOne, default: 0.0)
    if fraction != 0 { reportLater("validation", "\(shortest(fraction))", accepted: ["0"]) }
  }

  /// Only what changes nothing.
  fileprivate func checkAugmentation() {
    guard present("augment") != nil else { return }
    let augment = section("augment")
    if augment.boolean("flip", default: false) { augment.reportLater("flip", "true", accepted: ["false"]) }
    for key in ["brightness", "contrast"] {
      let strength = augment.number(key, .fraction, default: 0.0)
      if strength != 0 { augment.reportLater(key, "\(shortest(strength))", accepted: ["0"]) }
    }
    augment.finish()
  }
}
